package io.sluice.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The user's own defaults for where the broker is, so that one need not repeat them: {@code host=}, {@code port=},
 * {@code admin=} and {@code token-file=}, a line each, in {@code sluice/client.properties} under {@code $XDG_CONFIG_HOME} or
 * {@code ~/.config}.
 */
final class Settings implements IDefaultValueProvider {
    private static final Set<String> KEYS = new TreeSet<>(Set.of("host", "port", "admin", "token-file"));

    private final Properties values;

    private Settings(Properties values) {
        this.values = values;
    }

    /** Where the file is looked for. */
    static Path file(Map<String, String> environment) {
        String xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
        // A relative one is to be ignored, says the specification.
        Path folder = xdg.startsWith("/") ? Path.of(xdg) : Path.of(System.getProperty("user.home", ""), ".config");
        return folder.resolve("sluice").resolve("client.properties");
    }

    /**
     * Reads the file; without one, there are no settings.
     *
     * @throws CommandFailedException with {@link ExitCode#USAGE} if it cannot be read, or has a key that means nothing
     */
    static Settings read(Path file) {
        Properties values = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            values.load(reader);
        } catch (NoSuchFileException e) {
            return new Settings(values);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
        }
        for (String key : values.stringPropertyNames()) {
            if (!KEYS.contains(key)) {
                throw new CommandFailedException(
                        ExitCode.USAGE, file + ": unknown key '" + TerminalText.of(key) + "', allowed are " + KEYS);
            }
        }
        return new Settings(values);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (argument instanceof OptionSpec option) {
            String key = option.longestName().substring(2);
            return KEYS.contains(key) ? values.getProperty(key) : null;
        }
        return null;
    }
}
