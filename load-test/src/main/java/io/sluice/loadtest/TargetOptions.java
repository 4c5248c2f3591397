package io.sluice.loadtest;

import io.sluice.loadtest.target.Addresses;
import io.sluice.loadtest.target.OwnProcess;
import io.sluice.loadtest.target.ProcessUsage;
import io.sluice.loadtest.target.StartException;
import io.sluice.loadtest.target.Target;
import io.sluice.loadtest.target.Targets;
import io.sluice.loadtest.wire.WireFormat;
import io.sluice.loadtest.wire.WireFormats;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What is measured, and against what. */
final class TargetOptions {
    private static final String OWN_NAME = "sluice";
    private static final String NATIVE = "native";

    @Option(
            names = {"-h", "--host"},
            paramLabel = "HOST",
            description = "Name or address of the broker's host, with --port (default: ${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description =
                    "TCP port of the broker, 1 to 65535 (default: a broker of its own is started, as a process with "
                            + "default settings).")
    private @Nullable Integer port;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            description = "What the broker speaks: native, nats, redis or mqtt (default: ${DEFAULT-VALUE}).")
    private String protocol = NATIVE;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "Process of the broker at --port, on this machine: its CPU time and memory are measured too "
                    + "(default: unknown).")
    private @Nullable Long pid;

    @Option(
            names = "--target-name",
            paramLabel = "NAME",
            description = "What the broker is called in the results (default: sluice, or the protocol).")
    private @Nullable String name;

    @Option(
            names = "--against",
            paramLabel = "PROTOCOL=HOST:PORT[/PID]",
            description =
                    "A further broker to measure in turn with the first, such as nats=127.0.0.1:4222/1234; may be "
                            + "repeated (default: none).")
    private List<String> against = new ArrayList<>();

    @Option(
            names = "--limit",
            description = "Measures in turn a bare relay, which does nothing but pass on: what this machine can do "
                    + "(default: no).")
    private boolean limit;

    /** As if --limit had been given. */
    void addLimit() {
        limit = true;
    }

    /** A target whose process is not started here. */
    private record Remote(
            String name,
            WireFormat wire,
            InetSocketAddress address,
            @Nullable Long pid) {}

    /** @throws ParameterException for what can never be measured */
    void check(CommandSpec command, boolean queues) {
        List<String> names = new ArrayList<>(List.of(Target.LIMIT));
        for (Remote remote : remotes(command)) {
            if (queues && !remote.wire().hasQueues()) {
                throw problem(command, remote.wire().name() + " has no queues");
            }
            if (names.contains(remote.name())) {
                throw problem(command, "two targets are called " + remote.name() + "; give --target-name");
            }
            names.add(remote.name());
        }
        if (port == null && !Files.isExecutable(launcher())) {
            throw problem(
                    command,
                    "no broker can be started, as there is no " + launcher()
                            + "; run bin/sluice load-test, or give the --port of a broker");
        }
    }

    /** Connects to what is there and starts what is not. */
    Targets open(CommandSpec command) throws InterruptedException {
        List<Remote> remotes = remotes(command);
        Targets targets = new Targets();
        try {
            if (port == null) {
                OwnProcess broker = OwnProcess.broker(home());
                targets.add(broker, target(name == null ? OWN_NAME : name, broker));
            }
            for (Remote remote : remotes) {
                Targets.checkReachable(remote.address());
                targets.add(new Target(remote.name(), remote.wire(), remote.address(), usage(remote.pid())));
            }
            if (limit) {
                OwnProcess relay = OwnProcess.relay();
                targets.add(relay, target(Target.LIMIT, relay));
            }
            return targets;
        } catch (StartException e) {
            targets.close();
            throw new CommandFailedException(ExitCode.FAILED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            targets.close();
            throw new CommandFailedException(ExitCode.CANNOT_CONNECT, String.valueOf(e.getMessage()));
        } catch (InterruptedException | RuntimeException e) {
            targets.close();
            throw e;
        }
    }

    private List<Remote> remotes(CommandSpec command) {
        List<Remote> remotes = new ArrayList<>();
        if (port == null && command.commandLine().getParseResult().hasMatchedOption("--host")) {
            throw problem(command, "--host " + host + " needs the --port of the broker");
        }
        try {
            WireFormat wire = WireFormats.of(protocol);
            if (port != null) {
                remotes.add(new Remote(name == null ? nameOf(wire) : name, wire, Addresses.of(host, port), pid));
            } else if (!wire.name().equals(NATIVE) || pid != null) {
                throw new IllegalArgumentException(
                        (pid != null ? "--pid " + pid : "--protocol " + protocol) + " needs the --port of the broker");
            }
            against.forEach(other -> remotes.add(other(other)));
            remotes.forEach(remote -> usage(remote.pid()));
            return remotes;
        } catch (IllegalArgumentException e) {
            throw problem(command, String.valueOf(e.getMessage()));
        }
    }

    private static Remote other(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(
                    "--against " + text + " is not PROTOCOL=HOST:PORT or PROTOCOL=HOST:PORT/PID");
        }
        WireFormat wire = WireFormats.of(text.substring(0, equals));
        String[] rest = text.substring(equals + 1).split("/", 2);
        return new Remote(
                nameOf(wire), wire, Addresses.parse(rest[0]), rest.length == 1 ? null : processId(text, rest[1]));
    }

    private static Long processId(String text, String id) {
        try {
            return Long.valueOf(id);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--against " + text + ": '" + id + "' is no process", e);
        }
    }

    private static String nameOf(WireFormat wire) {
        return wire.name().equals(NATIVE) ? OWN_NAME : wire.name();
    }

    private static @Nullable ProcessUsage usage(@Nullable Long pid) {
        return pid == null ? null : ProcessUsage.of(pid);
    }

    private static Target target(String name, OwnProcess process) {
        return new Target(name, WireFormats.of(NATIVE), process.address(), ProcessUsage.of(process.pid()));
    }

    private static Path home() {
        return Path.of(System.getProperty("sluice.home", "")).toAbsolutePath();
    }

    private static Path launcher() {
        return home().resolve("bin").resolve("sluice");
    }

    private static ParameterException problem(CommandSpec command, String text) {
        return new ParameterException(command.commandLine(), text);
    }
}
