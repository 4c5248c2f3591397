package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import plainsocket.PlainClient;

/** The unit file that is shipped, and what the broker tells systemd. */
class SystemdUnitIT {
    private static final String START = "ExecStart=/opt/sluice/bin/sluice broker --config /etc/sluice/sluice.yaml";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long MIB = 1024 * 1024;

    /** Prints what is sent to a datagram socket, a line for each; with READY, whether a client can connect at once. */
    private static final String RECEIVER = """
            import socket, sys
            name, ports = sys.argv[1:]
            inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            inbox.bind('\\0' + name[1:] if name.startswith('@') else name)
            print('bound', flush=True)
            while True:
                told = inbox.recv(4096).decode()
                if told == 'READY=1':
                    host, port = open(ports).readline().strip().split('=')[1].split(':')
                    socket.create_connection((host, int(port)), 5).close()
                    told += ' and connected'
                print(told, flush=True)
            """;

    @TempDir
    private Path folder;

    // ---------------------------------------------------------------- the unit

    @Test
    void systemdFindsNoFaultWithTheUnit() throws Exception {
        String unit = unit();
        assertThat(unit.lines()).contains(START);
        // systemd looks whether the command is there.
        Path copy = Files.writeString(
                folder.resolve("sluice.service"),
                unit.replace(
                        "/opt/sluice/bin/sluice",
                        BrokerProcess.home().resolve("bin/sluice").toString()));
        Process verify;
        try {
            verify = new ProcessBuilder("systemd-analyze", "verify", "--man=no", copy.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            skip("systemdFindsNoFaultWithTheUnit", "no systemd-analyze");
            return;
        }
        String output = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(verify.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(output).isEmpty();
        assertThat(verify.exitValue()).isZero();
    }

    @Test
    void theUnitIsHardenedAsFarAsAJvmAllows() throws Exception {
        assertThat(unit().lines())
                .contains(
                        "Type=notify",
                        "NotifyAccess=main",
                        "KillSignal=SIGTERM",
                        "Restart=on-failure",
                        "DynamicUser=yes",
                        "NoNewPrivileges=yes",
                        "CapabilityBoundingSet=",
                        "ProtectSystem=strict",
                        "ProtectHome=yes",
                        "PrivateTmp=yes",
                        "PrivateDevices=yes",
                        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
                        "SystemCallFilter=@system-service",
                        "MemoryDenyWriteExecute=no");
        assertThat(number("(?m)^LimitNOFILE=(\\d+)$", unit())).isGreaterThanOrEqualTo(65_536);
    }

    @Test
    void systemdWaitsLongerThanTheBrokerDelivers() throws Exception {
        String defaults = new BrokerLaunch("systemd-defaults")
                .flags("--print-config")
                .run()
                .out();
        long drainSeconds = number("drain-timeout: (\\d+) s ", defaults);
        // Besides delivering, connections are closed.
        assertThat(number("(?m)^TimeoutStopSec=(\\d+)$", unit())).isGreaterThanOrEqualTo(drainSeconds + 5);
    }

    // ---------------------------------------------------------------- telling systemd

    @ParameterizedTest(name = "at {0}")
    @ValueSource(strings = {"a path", "an abstract name"})
    void tellsWhenItIsReadyAndWhenItStops(String kind) throws Exception {
        String socket = kind.equals("a path")
                ? folder.resolve("notify").toString()
                : "@sluice-test-" + ProcessHandle.current().pid();
        BrokerLaunch launch = new BrokerLaunch("systemd-notify").variable("NOTIFY_SOCKET", socket);
        Path told = folder.resolve("told");
        Process receiver = receiver(socket, launch.folder().resolve("ports"), told);
        try (BrokerLaunch.Running broker = launch.start()) {
            awaitLines(told, "bound", "READY=1 and connected");

            try (NumberedReader slow =
                    new NumberedReader(broker.port(), "/topic/notify", NumberedReader.consecutiveFrom(1), 8 * MIB)) {
                broker.stats().await("it is subscribed", sample -> sample.isSubscribed("/topic/notify"));
                NumberedMessages.publishSettled(broker.port(), "/topic/notify", 1, 6001, 4096);
                broker.terminate();
                awaitLines(told, "bound", "READY=1 and connected", "STOPPING=1");
                assertThat(broker.isAlive())
                        .as("it tells so before it delivers what is queued")
                        .isTrue();
                assertThat(broker.awaitExit()).isZero();
                assertThat(broker.out()).doesNotContain("cannot tell systemd");
            }
            awaitLines(told, "bound", "READY=1 and connected", "STOPPING=1");
        } finally {
            receiver.destroyForcibly();
        }
    }

    @Test
    void runsWhenNobodyListensToWhatItTells() throws Exception {
        String socket = folder.resolve("nobody").toString();
        try (BrokerLaunch.Running broker = new BrokerLaunch("systemd-nobody")
                        .variable("NOTIFY_SOCKET", socket)
                        .start();
                PlainClient client = new PlainClient("127.0.0.1", broker.port())) {
            client.subscribe("/topic/alone");
            client.publish("/topic/alone", PlainClient.utf8("hello"));
            assertThat(client.receive()).isEqualTo(PlainClient.utf8("hello"));
            await().atMost(TIMEOUT)
                    .until(() -> broker.out().contains("cannot tell systemd READY=1 at " + socket + ": "));
            broker.terminate();
            assertThat(broker.awaitExit()).isZero();
        }
    }

    // ---------------------------------------------------------------- what they share

    private static String unit() throws IOException {
        return Files.readString(BrokerProcess.home().resolve("config").resolve("sluice.service"));
    }

    private static long number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    /** A process that prints what is sent to a socket; it listens when this returns. */
    private Process receiver(String socket, Path ports, Path told) throws IOException {
        Process receiver;
        try {
            receiver = new ProcessBuilder("python3", "-c", RECEIVER, socket, ports.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(told.toFile())
                    .start();
        } catch (IOException e) {
            skip("tellsWhenItIsReadyAndWhenItStops", "no python3");
            throw e;
        }
        awaitLines(told, "bound");
        return receiver;
    }

    private static void awaitLines(Path file, String... lines) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(Files.readAllLines(file)).isEqualTo(List.of(lines)));
    }

    private static void skip(String name, String reason) {
        System.out.println("SKIPPED " + name + ": " + reason);
        abort(reason);
    }
}
