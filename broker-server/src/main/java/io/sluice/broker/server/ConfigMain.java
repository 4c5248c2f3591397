package io.sluice.broker.server;

import io.sluice.broker.base.Shown;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.ConfigLoader;
import io.sluice.broker.config.ConfigSetting;
import io.sluice.broker.config.Effect;
import io.sluice.broker.config.LoadedConfig;
import io.sluice.broker.delivery.OverflowPolicies;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What is to be known about a configuration before a broker is made to read it: {@code sluice config}. */
@Command(
        name = "config",
        description = "Compares configurations.",
        subcommands = ConfigMain.Diff.class,
        usageHelpAutoWidth = true,
        footer = {"", "The options of a command: sluice config COMMAND --help."})
public final class ConfigMain implements Callable<Integer> {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int CANNOT_CONNECT = 3;
    private static final int REFUSED = 4;

    @Option(names = "--help", usageHelp = true, scope = ScopeType.INHERIT, description = "Shows this help.")
    @SuppressWarnings("unused") // Read by picocli.
    private boolean help;

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        CommandLine commandLine = new CommandLine(new ConfigMain());
        commandLine.setCommandName("sluice config");
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
            complain(String.valueOf(exception.getMessage()));
            return FAILED;
        });
        commandLine.setParameterExceptionHandler((exception, given) -> {
            complain(exception.getMessage() + "; see: sluice config diff --help");
            return USAGE;
        });
        return commandLine.execute(arguments);
    }

    @Override
    public Integer call() {
        complain("give a command: diff; see: sluice config --help");
        return USAGE;
    }

    /** What a running broker, or another file, would make of a file. */
    @Command(
            name = "diff",
            description = {
                "Says key by key what a configuration file would change, and what it takes:",
                "  live             a reload (SIGHUP, or sluice reload), for everybody who is connected",
                "  new connections  a reload, for connections that come then",
                "  restart          another start; a reload leaves it as it is",
                "",
                "Compares with the running broker, or with another file."
            },
            usageHelpAutoWidth = true,
            sortOptions = false,
            footer = {
                "",
                "Exit codes: 0 told, whether or not anything differs; 1 failed; 2 wrong usage or a bad file;"
                        + " 3 no broker there; 4 refused by it."
            })
    static final class Diff implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "The new configuration, YAML.")
        @SuppressWarnings("NullAway.Init") // By picocli, which refuses to go on without it.
        private Path file;

        @Option(names = "--against", paramLabel = "FILE", description = "Compares with this file.")
        private @Nullable Path against;

        @Option(
                names = "--admin",
                paramLabel = "URL",
                defaultValue = "http://127.0.0.1:25001",
                description = "The admin address of the running broker; HOST:PORT will do; default: ${DEFAULT-VALUE}.")
        private String admin = "";

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "The broker's admin token, where it wants one for reading.")
        private @Nullable Path tokenFile;

        @Spec
        @SuppressWarnings("NullAway.Init") // By picocli.
        private CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            try {
                LoadedConfig wanted = read(file);
                if (against == null) {
                    printAgainstRunning(wanted, token());
                } else {
                    print(ConfigChange.between(read(against).config(), wanted.config()), List.of());
                }
                return OK;
            } catch (ConfigException e) {
                e.problems().forEach(problem -> complain(problem));
                return USAGE;
            } catch (RunningConfig.RefusedException e) {
                complain(String.valueOf(e.getMessage()));
                return REFUSED;
            } catch (IOException e) {
                complain("cannot ask the broker at " + admin + ": " + Shown.text(because(e))
                        + "; start it, name its admin address with --admin, or compare with a file by --against");
                return CANNOT_CONNECT;
            }
        }

        private URI adminUri() {
            try {
                URI given = new URI(admin.contains("://") ? admin : "http://" + admin);
                if (given.getHost() != null
                        && given.getPort() <= 65_535
                        && ("http".equals(given.getScheme()) || "https".equals(given.getScheme()))) {
                    return given;
                }
            } catch (URISyntaxException e) {
                // As with one that is no address.
            }
            throw new ParameterException(
                    spec.commandLine(), "--admin '" + admin + "' is no address such as http://127.0.0.1:25001");
        }

        /** Of some faults there is no message. */
        private static String because(IOException fault) {
            String unnamed = fault instanceof ConnectException
                    ? "nobody listens there"
                    : fault.getClass().getSimpleName();
            return Objects.requireNonNullElse(fault.getMessage(), unnamed);
        }

        /** Policies are known here, variables of this shell are none of the broker's. */
        private static LoadedConfig read(Path file) {
            return new ConfigLoader(OverflowPolicies.names()).load(file, Map.of(), Map.of());
        }

        /** Empty where no file is named. */
        private String token() {
            if (tokenFile == null) {
                return "";
            }
            try {
                String token =
                        Files.readString(tokenFile, StandardCharsets.ISO_8859_1).strip();
                // As it goes into a line of the request.
                if (token.matches("[!-~]+")) {
                    return token;
                }
                throw badTokenFile(tokenFile, "holds no token: one line of ASCII without blanks");
            } catch (NoSuchFileException e) {
                throw badTokenFile(tokenFile, "there is no such file");
            } catch (AccessDeniedException e) {
                throw badTokenFile(tokenFile, "permission denied");
            } catch (IOException e) {
                throw badTokenFile(tokenFile, Shown.text(String.valueOf(e.getMessage())));
            }
        }

        private ParameterException badTokenFile(Path file, String why) {
            return new ParameterException(spec.commandLine(), "--token-file " + file + ": " + why);
        }

        private void printAgainstRunning(LoadedConfig wanted, String token) throws IOException, InterruptedException {
            Map<String, RunningConfig.Setting> running = RunningConfig.read(adminUri(), token);
            List<ConfigChange> changes = new ArrayList<>();
            List<String> overridden = new ArrayList<>();
            for (ConfigSetting setting : ConfigSetting.all(wanted)) {
                RunningConfig.Setting now = running.get(setting.key());
                if (now == null || now.value().equals(setting.value())) {
                    continue;
                }
                if (!now.isOverridden()) {
                    changes.add(new ConfigChange(setting.key(), now.value(), setting.value(), setting.effect()));
                } else if (!setting.origin().equals("default")) {
                    overridden.add(setting.key() + " stays " + Shown.text(now.value()) + ": set by " + now.origin()
                            + ", which comes before the file");
                }
            }
            print(changes, overridden);
        }
    }

    private static void print(List<ConfigChange> changes, List<String> remarks) {
        int keys =
                changes.stream().mapToInt(change -> change.key().length()).max().orElse(0);
        int effects = "new connections".length();
        for (ConfigChange change : changes) {
            System.out.printf(
                    "%-" + keys + "s  %-" + effects + "s  %s -> %s%n",
                    change.key(),
                    change.effect().text(),
                    Shown.whole(change.from()),
                    Shown.whole(change.to()));
        }
        remarks.forEach(System.out::println);
        System.out.println(changes.isEmpty() ? "nothing differs" : summary(changes));
    }

    private static String summary(List<ConfigChange> changes) {
        List<String> parts = new ArrayList<>();
        for (Effect effect : Effect.values()) {
            long count =
                    changes.stream().filter(change -> change.effect() == effect).count();
            if (count > 0) {
                parts.add(count + " " + effect.text());
            }
        }
        return changes.size()
                + (changes.size() == 1 ? " setting differs: " : " settings differ: ")
                + String.join(", ", parts);
    }

    private static void complain(String line) {
        System.err.println("sluice config: " + line);
    }
}
