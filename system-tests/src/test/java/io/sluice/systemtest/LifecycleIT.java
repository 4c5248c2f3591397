package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.sluice.systemtest.BrokerLaunch.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import plainsocket.PlainClient;

/** How a broker starts, what it says when it is ready, and what when it cannot. */
class LifecycleIT {
    private static final int STARTS = 10;

    /** The goal is a second; a loaded machine may take some more. */
    private static final long MOST_START_MS = 5_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int PRIVILEGED_PORT = 80;

    /** Reserved for documentation (RFC 5737): no machine has it, and no name server knows the name (RFC 6761). */
    private static final String NOBODYS_ADDRESS = "203.0.113.77";

    private static final String UNKNOWN_NAME = "broker.invalid";

    private static final Pattern READY = Pattern.compile(
            "INFO +sluice: ready at (?<address>\\S+): pid (?<pid>\\d+), console at http://\\S+:\\d+/,"
                    + " (?<configuration>.+), sluice (?<version>\\d\\S+), java (?<java>\\S+),"
                    + " netty 4\\.2\\.\\S+ \\((?<transport>epoll|nio|io_uring)\\),"
                    + " memory bound (?<memory>\\d+) MiB (?<origin>.+),"
                    + " (?<batches>\\d+) batches at most \\(half of \\d+ MiB heap\\), \\d+ connections at most, started in (?<ms>\\d+) ms");

    // ---------------------------------------------------------------- ready

    @Test
    void isReadySoonAfterItsStart() throws Exception {
        List<Long> tookMs = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            try (BrokerLaunch.Running broker = new BrokerLaunch("lifecycle-start").start()) {
                tookMs.add(broker.startMs());
                new PlainClient("127.0.0.1", broker.port()).close();
            }
        }
        List<Long> sorted = tookMs.stream().sorted().toList();
        long medianMs = (sorted.get(STARTS / 2 - 1) + sorted.get(STARTS / 2)) / 2;
        System.out.printf("ready %d ms after the start of the launcher (median of %s)%n", medianMs, tookMs);
        assertThat(medianMs).isLessThan(MOST_START_MS);
    }

    @Test
    void theReadyLineSaysWhatAnOperatorWantsToKnow() throws Exception {
        BrokerLaunch launch = new BrokerLaunch("lifecycle-ready");
        long beganNs = System.nanoTime();
        try (BrokerLaunch.Running broker = launch.start()) {
            Matcher ready = readyLine(broker);
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
            assertThat(ready.group("address")).isEqualTo("127.0.0.1:" + broker.port());
            assertThat(ready.group("pid")).isEqualTo(Long.toString(broker.pid()));
            assertThat(ready.group("configuration")).isEqualTo("no configuration file");
            assertThat(ready.group("java")).isEqualTo(System.getProperty("java.version"));
            assertThat(ready.group("origin"))
                    .matches("= \\d+ % of \\d+ MiB .+; \\d+ % of \\d+ MiB .+ would be \\d+ MiB");
            assertThat(Long.parseLong(ready.group("ms"))).isBetween(1L, tookMs + 100);
        }
    }

    @Test
    void theReadyLineNamesTheConfigurationFileAndTheConfiguredMemory() throws Exception {
        BrokerLaunch launch = new BrokerLaunch("lifecycle-configured");
        Path file = Files.writeString(launch.folder().resolve("sluice.yaml"), "memory:\n  max: 100 MiB\n");
        try (BrokerLaunch.Running broker =
                launch.flags("--config", file.toString()).start()) {
            Matcher ready = readyLine(broker);
            assertThat(ready.group("configuration")).isEqualTo("configuration " + file.toAbsolutePath());
            assertThat(ready.group("memory")).isEqualTo("100");
            assertThat(ready.group("origin")).isEqualTo("as configured by memory.max");
        }
    }

    @Test
    void thePortsFileIsWholeAndTellsThePortThatWasChosen() throws Exception {
        BrokerLaunch launch = new BrokerLaunch("lifecycle-ports");
        try (BrokerLaunch.Running broker = launch.start();
                PlainClient client = new PlainClient("127.0.0.1", broker.port())) {
            assertThat(launch.folder().resolve("ports"))
                    .content()
                    .matches("native=127\\.0\\.0\\.1:" + broker.port() + "\nadmin=127\\.0\\.0\\.1:\\d+\n");
            assertThat(launch.folder().resolve("ports.new")).doesNotExist();
            client.subscribe("/topic/ports");
            client.publish("/topic/ports", PlainClient.utf8("hello"));
            assertThat(client.receive()).isEqualTo(PlainClient.utf8("hello"));
        }
    }

    @Test
    void anAddressThatOthersMayReachIsWarnedAbout() throws Exception {
        Ended ended = new BrokerLaunch("lifecycle-open")
                .flags("--port=0", "--host=" + NOBODYS_ADDRESS)
                .run();
        assertThat(ended.out()).contains("WARN  sluice: listening on " + NOBODYS_ADDRESS + ": everybody who can reach");
        try (BrokerLaunch.Running broker = new BrokerLaunch("lifecycle-loopback").start()) {
            readyLine(broker);
            assertThat(broker.out()).doesNotContain("WARN");
        }
    }

    // ---------------------------------------------------------------- not ready

    @Test
    void aPortThatIsTakenIsAClearError() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended ended = new BrokerLaunch("lifecycle-taken")
                    .flags("--port", "" + taken.getLocalPort())
                    .run();
            expectOneLine(
                    ended,
                    1,
                    "cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": the address is already in use; stop what"
                            + " listens there, or choose another port with --port");
        }
    }

    @Test
    void aPortThatNeedsAPrivilegeIsAClearError() throws Exception {
        BrokerLaunch launch = new BrokerLaunch("lifecycle-privileged").flags("--port", "" + PRIVILEGED_PORT);
        if (unprivilegedPortsBegin() <= PRIVILEGED_PORT) {
            skip("aPortThatNeedsAPrivilegeIsAClearError", "here ports need one below " + unprivilegedPortsBegin());
        }
        if (ProcessHandle.current().info().user().orElse("root").equals("root")) {
            String[] nobody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
            String launcher = BrokerProcess.home().resolve("bin/sluice").toString();
            if (!succeeds(nobody[0], nobody[1], nobody[2], nobody[3], launcher, "version")) {
                skip("aPortThatNeedsAPrivilegeIsAClearError", "root may do it, and nobody else can run the broker");
            }
            launch.before(nobody);
        }
        expectOneLine(
                launch.run(),
                1,
                "cannot listen on 127.0.0.1:80: permission denied; ports below 1024 need a privilege, choose another"
                        + " with --port");
    }

    @Test
    void aHostThatDoesNotExistIsAClearError() throws Exception {
        expectOneLine(
                new BrokerLaunch("lifecycle-unknown")
                        .flags("--port=0", "--host=" + UNKNOWN_NAME)
                        .run(),
                1,
                "cannot listen on " + UNKNOWN_NAME + ":0: the name cannot be resolved; name an address of this machine"
                        + " with --host");
        expectOneLine(
                new BrokerLaunch("lifecycle-foreign")
                        .flags("--port=0", "--host=" + NOBODYS_ADDRESS)
                        .run(),
                1,
                "cannot listen on " + NOBODYS_ADDRESS + ":0: this machine has no such address; name one of its own with"
                        + " --host");
    }

    @Test
    void tooFewDescriptorsAreAClearError() throws Exception {
        expectOneLine(
                new BrokerLaunch("lifecycle-descriptors")
                        .inShell("ulimit -n 40")
                        .flags("--port=0")
                        .run(),
                1,
                "this process may open 40 descriptors, at least 64 are needed; raise the limit (ulimit -n)");
    }

    @Test
    void aBadConfigurationIsAClearErrorThatNamesFileLineAndKey() throws Exception {
        BrokerLaunch launch = new BrokerLaunch("lifecycle-bad");
        Path file = Files.writeString(
                launch.folder().resolve("bad.yaml"), "listen:\n  port: 0\ntransport:\n  read-size: 1 KiB\n");
        expectOneLine(
                launch.flags("--config", file.toString()).run(),
                2,
                file + ":4: transport.read-size: 1 KiB: must be a size from 4 KiB to 1 MiB");
    }

    @Test
    void everyProblemOfAConfigurationIsToldAtOnce() throws Exception {
        BrokerLaunch launch = new BrokerLaunch("lifecycle-worse");
        Path file = Files.writeString(launch.folder().resolve("bad.yaml"), "listen:\n  prot: 0\nlog:\n  level: loud\n");
        Ended ended = launch.flags("--config", file.toString(), "--set", "stats.interval=1")
                .run();
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("sluice broker: " + file
                                        + ":2: listen.prot: unknown key; did you mean listen.port?"),
                        line -> assertThat(line).startsWith("sluice broker: " + file + ":4: log.level: loud: "),
                        line -> assertThat(line).startsWith("sluice broker: --set stats.interval: 1: "));
    }

    @Test
    void aConfigurationFileThatIsNotThereIsAClearError() throws Exception {
        expectOneLine(
                new BrokerLaunch("lifecycle-absent")
                        .flags("--config", "/nonexistent/sluice.yaml")
                        .run(),
                2,
                "/nonexistent/sluice.yaml: there is no such file");
    }

    @Test
    void aPortsFileThatCannotBeWrittenIsAClearError() throws Exception {
        Ended ended = new BrokerLaunch("lifecycle-unwritable")
                .flags("--port=0", "--ports-file=/nonexistent/ports")
                .run();
        expectOneLine(ended, 1, "cannot write the ports file /nonexistent/ports: ");
        assertThat(ended.err()).as("why").containsAnyOf("no such", "does not exist");
    }

    // ---------------------------------------------------------------- configuration

    @Test
    void aVariableThatIsNoKeyIsRefusedAndOthersAreIgnored() throws Exception {
        expectOneLine(
                new BrokerLaunch("lifecycle-variable")
                        .variable("SLUICE_CONF_LISTEN_PROT", "1")
                        .flags("--port=0")
                        .run(),
                2,
                "SLUICE_CONF_LISTEN_PROT: unknown variable; did you mean SLUICE_CONF_LISTEN_PORT?");
        Ended ended = new BrokerLaunch("lifecycle-variables")
                .variable("SLUICE_LISTEN_PROT", "1")
                .variable("SLUICE_CONFIG", "x")
                .variable("SLUICE_CONF_LISTEN_BACKLOG", "77")
                .flags("--print-config")
                .run();
        assertThat(ended.exitCode()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("  backlog: 77  # environment SLUICE_CONF_LISTEN_BACKLOG");
    }

    @Test
    void checkingAConfigurationStartsNothing() throws Exception {
        BrokerLaunch good = new BrokerLaunch("lifecycle-check");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path file = Files.writeString(
                    good.folder().resolve("good.yaml"), "listen:\n  port: " + taken.getLocalPort() + "\n");
            Ended ended =
                    good.flags("--check-config", "--config", file.toString()).run();
            assertThat(ended).isEqualTo(new Ended(0, "the configuration is good: " + file + "\n", ""));
        }
        Ended bad = new BrokerLaunch("lifecycle-check-bad")
                .flags("--check-config", "--set=listen.port=x")
                .run();
        expectOneLine(bad, 2, "--set listen.port: x: ");
    }

    @Test
    void thePrintedConfigurationLoadsAsTheSame() throws Exception {
        BrokerLaunch launch = new BrokerLaunch("lifecycle-print");
        Path file = Files.writeString(launch.folder().resolve("sluice.yaml"), """
                listen: {host: "::1", port: 0}
                queues: {max-messages: 5000, stall-timeout: 1500 ms}
                delivery:
                  overflow:
                    - {pattern: "/topic/prices/*", policy: latest}
                    - {pattern: "/topic/**", policy: drop-oldest, max-bytes: 32 MiB, max-age: 10 s}
                """);
        Ended first = launch.variable("SLUICE_CONF_NATIVE_MAX_FRAME", "1 MiB")
                .flags("--print-config", "--config", file.toString(), "--set", "stats.file='a b: \"c\" #d'")
                .run();
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out())
                .contains(
                        "max-messages: 5000  # file " + file + " line 2",
                        "max-frame: 1 MiB  # environment SLUICE_CONF_NATIVE_MAX_FRAME",
                        "# flag --set",
                        "port: 0  # file",
                        "level: info  # default");

        BrokerLaunch again = new BrokerLaunch("lifecycle-print-again");
        Path printed = Files.writeString(again.folder().resolve("printed.yaml"), first.out());
        Ended second =
                again.flags("--print-config", "--config", printed.toString()).run();
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(withoutOrigins(second.out())).isEqualTo(withoutOrigins(first.out()));
        assertThat(withoutOrigins(second.out())).contains("/topic/prices/*", "a b: ", "1500 ms");
    }

    @Test
    void theConfigurationThatIsShippedIsTheDefault() throws Exception {
        Path shipped = BrokerProcess.home().resolve("config").resolve("sluice.yaml");
        Ended defaults =
                new BrokerLaunch("lifecycle-defaults").flags("--print-config").run();
        Ended ended = new BrokerLaunch("lifecycle-shipped")
                .flags("--print-config", "--config", shipped.toString())
                .run();
        assertThat(ended.exitCode()).as(ended.err()).isZero();
        assertThat(withoutOrigins(ended.out())).isEqualTo(withoutOrigins(defaults.out()));
    }

    // ---------------------------------------------------------------- what they share

    private static Matcher readyLine(BrokerLaunch.Running broker) {
        // It is logged beside, after the ports file was written.
        await().atMost(TIMEOUT).until(() -> broker.out().contains("connections at most, started in "));
        List<String> lines =
                broker.out().lines().filter(line -> line.contains("ready at")).toList();
        assertThat(lines).hasSize(1);
        Matcher matcher = READY.matcher(lines.get(0));
        assertThat(matcher.find()).as(lines.get(0)).isTrue();
        return matcher;
    }

    private static void expectOneLine(Ended ended, int exitCode, String beginning) {
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(exitCode);
        assertThat(ended.err().lines()).singleElement().asString().startsWith("sluice broker: " + beginning);
        assertThat(ended.out()).doesNotContain("Exception", "\tat ", "ready");
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
    }

    /** Without the comments that say where each value is from; none of the values here has one in it. */
    private static String withoutOrigins(String printed) {
        return printed.lines()
                .map(line -> line.replaceFirst("  # (file|environment|flag|default|program).*$", ""))
                .collect(Collectors.joining("\n"));
    }

    private static int unprivilegedPortsBegin() throws IOException {
        // In lines, since such a file gives all it has to the first read(2), and readString() begins with a short one.
        return Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
                .get(0));
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
            return builder.start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static void skip(String name, String reason) {
        System.out.println("SKIPPED " + name + ": " + reason);
        abort(reason);
    }
}
