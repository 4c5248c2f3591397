package io.sluice.broker.config;

import io.sluice.broker.base.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration from its sources. Lowest to highest: defaults, file, environment, flags.
 *
 * <p>A variable's name is {@code SLUICE_CONF_} and the key in upper case, with {@code _} for dots and dashes. Others that
 * begin so are refused, all that do not are ignored. Values in variables and flags are YAML, as in the file.
 */
public final class ConfigLoader {
    private static final int MAX_FILE_BYTES = 1 << 20;
    private static final String VARIABLE_PREFIX = "SLUICE_CONF_";

    private final Set<String> policies;

    /** A loader that takes any well-formed name of an overflow policy. */
    public ConfigLoader() {
        this(Set.of());
    }

    /**
     * A loader that knows the overflow policies there are.
     *
     * @param policies their names, as rules use them; if empty, any well-formed name is taken
     */
    public ConfigLoader(Set<String> policies) {
        this.policies = Set.copyOf(policies);
    }

    /**
     * Reads and checks everything.
     *
     * @param file YAML 1.2 in UTF-8, at most 1 MiB; null for none
     * @param environment the process's variables
     * @param flags values of {@code --set}, by dotted key
     * @throws ConfigException with every problem found
     */
    public LoadedConfig load(@Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
        ConfigAssembly assembly = new ConfigAssembly(ConfigValues.defaults(), policies);
        if (file != null) {
            takeFile(file, assembly);
        }
        takeEnvironment(new TreeMap<>(environment), assembly);
        flags.forEach((key, value) -> assembly.take(key, value, Origin.FLAG));
        return new LoadedConfig(assembly.finish(), assembly.origins());
    }

    /** The environment variable of a key. */
    static String variable(String key) {
        return VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static void takeEnvironment(Map<String, String> environment, ConfigAssembly assembly) {
        Map<String, String> keys = keysByVariable();
        environment.forEach((variable, value) -> {
            if (!variable.startsWith(VARIABLE_PREFIX)) {
                return;
            }
            String key = keys.get(variable);
            if (key == null) {
                assembly.refuse(
                        Origin.environment(variable), "unknown variable" + Nearest.hint(variable, keys.keySet()));
            } else {
                assembly.take(key, value, Origin.environment(variable));
            }
        });
    }

    private static Map<String, String> keysByVariable() {
        Map<String, String> keys = new LinkedHashMap<>();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            keys.put(variable(key.name()), key.name());
        }
        return keys;
    }

    private static void takeFile(Path file, ConfigAssembly assembly) {
        Origin whole = Origin.file(file.toString(), 0);
        try {
            assembly.takeFile(YamlReader.read(decode(readBytes(file))), file.toString());
        } catch (YamlFault e) {
            assembly.refuse(whole.atLine(e.line()), e.text());
        } catch (NoSuchFileException e) {
            assembly.refuse(whole, "there is no such file");
        } catch (AccessDeniedException e) {
            assembly.refuse(whole, "cannot be read: permission denied");
        } catch (IOException e) {
            assembly.refuse(whole, "cannot be read: " + Shown.text(String.valueOf(e.getMessage())));
        }
    }

    private static byte[] readBytes(Path file) throws IOException, YamlFault {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new YamlFault(0, "larger than 1 MiB, the most a configuration may be");
            }
            return bytes;
        }
    }

    private static String decode(byte[] bytes) throws YamlFault {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new YamlFault(lineOf(bytes, in.position()), "not UTF-8 from byte " + in.position() + " on");
        }
    }

    private static int lineOf(byte[] bytes, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            if (bytes[i] == '\n') {
                line++;
            }
        }
        return line;
    }
}
