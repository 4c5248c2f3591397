package io.sluice.broker.server;

import io.sluice.broker.base.Durations;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.ConfigPrinter;
import io.sluice.broker.config.ListenConfig;
import io.sluice.broker.config.LoadedConfig;
import io.sluice.broker.transport.Addresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The daemon: {@code sluice broker}. */
@Command(
        name = "broker",
        description = "Runs the broker until SIGTERM or Ctrl-C. SIGHUP makes it read its configuration again.",
        sortOptions = false,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "Settings come from defaults, the file, environment variables SLUICE_CONF_<KEY> and flags; what comes later"
                    + " wins. All keys: config/sluice.yaml.",
            "Exit codes: 0 ended in good order, 1 failed, 2 wrong usage or configuration, 130 ended at once by Ctrl-C."
        })
public final class BrokerMain implements Callable<Integer> {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file with settings; default: none.")
    private @Nullable Path configFile;

    @Option(
            names = {"-h", "--host"},
            paramLabel = "ADDRESS",
            description = "Address to listen on; default: 127.0.0.1.")
    private @Nullable String host;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "Port to listen on, 0 for any; default: 25000.")
    private @Nullable String port;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting, for example --set transport.event-loops=1; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--ports-file",
            paramLabel = "FILE",
            description = "Writes the addresses in use there when ready, as lines of protocol=address:port.")
    private @Nullable Path portsFile;

    @Option(
            names = "--stats-file",
            paramLabel = "FILE",
            description = "Appends the counters there, a JSON object a line, and once at exit.")
    private @Nullable String statsFile;

    @Option(names = "--stats-interval", paramLabel = "TIME", description = "How often; default: 1 s.")
    private @Nullable String statsInterval;

    @Option(names = "--check-config", description = "Checks the configuration and ends: 0 if it is good, 2 if not.")
    private boolean checkConfig;

    @Option(names = "--print-config", description = "Prints the configuration in effect, with origins, and ends.")
    private boolean printConfig;

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    @SuppressWarnings("unused") // Read by picocli.
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    @SuppressWarnings("unused") // Read by picocli.
    private boolean version;

    public static void main(String[] arguments) {
        CommandLine commandLine = new CommandLine(new BrokerMain());
        commandLine.setCommandName("sluice broker");
        commandLine.getCommandSpec().version("sluice " + StartUp.version());
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
            command.getErr().println("sluice broker: " + exception);
            return FAILED;
        });
        commandLine.setParameterExceptionHandler((exception, given) -> {
            exception
                    .getCommandLine()
                    .getErr()
                    .println("sluice broker: " + exception.getMessage() + "; see: sluice broker --help");
            return USAGE;
        });
        int code = commandLine.execute(arguments);
        Logging.flush();
        // Not exit(): a hook has nothing to do any more, and a client's thread in the JVM must not keep it alive.
        Runtime.getRuntime().halt(code);
    }

    @Override
    public Integer call() throws InterruptedException {
        ConfigSource source = new ConfigSource(configFile, System.getenv(), flags());
        LoadedConfig loaded;
        try {
            loaded = source.read();
        } catch (ConfigException e) {
            e.problems().forEach(problem -> complain(problem));
            return USAGE;
        }
        if (printConfig) {
            return say(ConfigPrinter.print(loaded).stripTrailing());
        }
        if (checkConfig) {
            try {
                AdminStart.check(loaded.config().admin());
            } catch (ConfigException e) {
                e.problems().forEach(problem -> complain(problem));
                return USAGE;
            }
            return say("the configuration is good" + (configFile == null ? "" : ": " + configFile));
        }
        return run(source, loaded);
    }

    private Map<String, String> flags() {
        Map<String, String> flags = new LinkedHashMap<>(settings);
        put(flags, "listen.host", host);
        put(flags, "listen.port", port);
        put(flags, "stats.file", statsFile);
        put(flags, "stats.interval", statsInterval);
        return flags;
    }

    private static void put(Map<String, String> flags, String key, @Nullable String value) {
        if (value != null) {
            flags.put(key, value);
        }
    }

    private int run(ConfigSource source, LoadedConfig loaded) throws InterruptedException {
        BrokerConfig config = loaded.config();
        Logging.configure(config.log());
        Logger log = LoggerFactory.getLogger("sluice");
        SystemdNotifier systemd = new SystemdNotifier(System.getenv().getOrDefault("NOTIFY_SOCKET", ""));
        Broker broker;
        Statistics statistics;
        Reload reload;
        Optional<InetSocketAddress> admin;
        try {
            warnIfOpen(config.listen(), log);
            StatsFile statsOut = Statistics.open(config.stats());
            broker = Broker.prepare(config);
            statistics = new Statistics(broker, config.stats(), statsOut);
            reload = new Reload(source, loaded, broker, statistics);
            // First, so that whoever waits for the broker is told that it starts.
            admin = openAdmin(broker, new Daemon(configFile(), reload));
            if (broker.isDraining()) {
                broker.close();
                return OK;
            }
            broker.listen();
        } catch (ConfigException e) {
            e.problems().forEach(problem -> complain(problem));
            return USAGE;
        } catch (BrokerStartException e) {
            complain(String.valueOf(e.getMessage()));
            return FAILED;
        }
        Interrupts interrupts = new Interrupts(
                () -> broker.config().shutdown().drainTimeoutMs(),
                System.err::println,
                code -> Runtime.getRuntime().halt(code));
        interrupts.install();
        reloadOnHangUp(reload, interrupts);
        broker.drained().thenRun(() -> interrupts.onDrained(System.nanoTime()));
        if (!writePorts(broker, admin)) {
            broker.close();
            return FAILED;
        }
        log.info("{}", StartUp.readyLine(broker, admin, configuration()));
        systemd.ready();
        interrupts.awaitShutdown();
        systemd.stopping();
        log.info(
                "stopping: delivering what is queued, for at most {}",
                Durations.print(broker.config().shutdown().drainTimeoutMs()));
        broker.close();
        BrokerSnapshot last = broker.counters();
        statistics.finish(last);
        log.info(
                "stopped: {} messages came in, {} were written to subscribers",
                last.totals().messagesIn(),
                last.totals().messagesWritten());
        return OK;
    }

    /** Unless it is the terminal that hangs up: then the broker ends with it, as any program that runs there. */
    private static void reloadOnHangUp(Reload reload, Interrupts interrupts) {
        Terminal terminal = new Terminal();
        Signals.handle("HUP", () -> {
            if (terminal.isGone()) {
                interrupts.onTerminate(System.nanoTime());
            } else {
                reload.runLogged();
            }
        });
    }

    private static Optional<InetSocketAddress> openAdmin(Broker broker, Daemon daemon) {
        try {
            return broker.openAdmin(daemon);
        } catch (BrokerStartException | ConfigException e) {
            broker.close();
            throw e;
        }
    }

    private String configuration() {
        return configFile == null ? "no configuration file" : "configuration " + configFile();
    }

    private String configFile() {
        return configFile == null ? "" : configFile.toAbsolutePath().toString();
    }

    private static void warnIfOpen(ListenConfig listen, Logger log) {
        try {
            if (!InetAddress.getByName(listen.host()).isLoopbackAddress()) {
                log.warn(
                        "listening on {}: everybody who can reach this address may publish and subscribe, there are no"
                                + " users yet; restrict it with a firewall, or listen on 127.0.0.1",
                        listen.host());
            }
        } catch (UnknownHostException e) {
            throw new BrokerStartException(
                    "cannot listen on " + listen.host() + ":" + listen.port()
                            + ": the name cannot be resolved; name an address of this machine with --host",
                    e);
        }
    }

    /** Whole or not at all: whoever waits for the file may read it at once. */
    private boolean writePorts(Broker broker, Optional<InetSocketAddress> admin) {
        Path target = portsFile;
        if (target == null) {
            return true;
        }
        try {
            Path written = target.resolveSibling(target.getFileName() + ".new");
            Files.writeString(
                    written,
                    "native=" + Addresses.text(broker.address()) + "\n"
                            + admin.map(address -> "admin=" + Addresses.text(address) + "\n")
                                    .orElse(""));
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            complain("cannot write the ports file " + target + ": " + FileFault.because(e));
            return false;
        }
    }

    private static void complain(String line) {
        System.err.println("sluice broker: " + line);
    }

    private static int say(String text) {
        System.out.println(text);
        if (System.out.checkError()) {
            complain("cannot write to standard output");
            return FAILED;
        }
        return OK;
    }
}
