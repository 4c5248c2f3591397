package io.sluice.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class SendCommandTest {
    private final FakeBroker broker = new FakeBroker();

    @AfterEach
    void closeBroker() throws IOException {
        broker.close();
    }

    @Test
    void subscribesToNullThenSendsPairsThenGoodbye() throws Exception {
        RunningCommand send =
                RunningCommand.start("send", "-p", port(), "-t", "/queue/a", "--count", "2", "--interval", "0.01");
        try (FakeBroker.Client client = broker.accept()) {
            assertThat(client.readFrame()).isEqualTo("/null");
            assertThat(client.readFrame()).isEqualTo("/queue/a");
            assertThat(client.readFrame()).matches("Msg 1 from [0-9a-f]{8}");
            assertThat(client.readFrame()).isEqualTo("/queue/a");
            assertThat(client.readFrame()).matches("Msg 2 from [0-9a-f]{8}");
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(send.lastErrLine()).isEqualTo("sent 2, confirmed 2, in doubt 0, dropped 0");
        assertThat(send.out()).isEmpty();
    }

    @Test
    void sendsATextOnce() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port(), "-m", "@Grüße");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            assertThat(client.readFrame()).isEqualTo("/topic/foo");
            assertThat(client.readFrame()).isEqualTo("@Grüße");
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void sendsATextAsOftenAsAsked() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port(), "-m", "", "--count", "2", "--interval", "0");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            for (int i = 0; i < 2; i++) {
                assertThat(client.readFrame()).isEqualTo("/topic/foo");
                assertThat(client.readFrame()).isEmpty();
            }
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(send.lastErrLine()).isEqualTo("sent 2, confirmed 2, in doubt 0, dropped 0");
    }

    @Test
    void sendsAsFastAsPossibleWithoutAnInterval() throws Exception {
        int count = 20_000;
        RunningCommand send = RunningCommand.start(
                "send", "-p", port(), "--interval", "0", "--size", "200", "--count", Integer.toString(count));
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            for (int i = 1; i <= count; i++) {
                assertThat(client.readFrame()).isEqualTo("/topic/foo");
                assertThat(client.readFrame()).hasSize(200).startsWith("Msg " + i + " from ");
            }
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void refusesASizeInWhichTheLastMessageDoesNotFit() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port(), "--size", "19", "--count", "10");

        assertThat(send.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(send.err()).contains("--size 19 is too small").contains("--size 20 or more");
    }

    @Test
    void refusesASizeThatNoFrameHolds() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port(), "--size", "16777216");

        assertThat(send.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(send.err()).contains("at most 16777215");
    }

    @Test
    void aMessageIsOnItsWayBeforeTheNextIsDue() throws Exception {
        RunningCommand unused = RunningCommand.start("send", "-p", port(), "--interval", "3600");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.readFrame();
            assertThat(client.readFrame()).startsWith("Msg 1 from ");
        }
    }

    @Test
    void aResetAfterGoodbyeIsNoConfirmation() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port(), "-m", "x");
        try (FakeBroker.Client client = broker.accept()) {
            for (int i = 0; i < 4; i++) {
                client.readFrame();
            }
            client.reset();

            assertThat(send.exitCode()).isEqualTo(ExitCode.FAILED);
        }
        assertThat(send.lastErrLine()).isEqualTo("sent 1, confirmed 0, in doubt 1, dropped 0");
    }

    @Test
    void goesOnWithTheNextMessageWhenTheBrokerIsBack() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port(), "--count", "3", "--interval", "0.3");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.readFrame();
            assertThat(client.readFrame()).startsWith("Msg 1 ");
        }
        try (FakeBroker.Client client = broker.accept()) {
            assertThat(client.readFrame()).isEqualTo("/null");
            client.readFrame();
            String next = client.readFrame();
            assertThat(next).startsWith("Msg ").doesNotStartWith("Msg 1 ");
            String frame;
            do {
                frame = client.readFrame();
            } while (!frame.isEmpty());
        }
        assertThat(send.exitCode()).as(send::err).isEqualTo(ExitCode.FAILED);
        assertThat(send.err()).contains("lost the connection").contains("connected again after ");
        assertThat(send.lastErrLine()).matches("sent 3, confirmed [12], in doubt [12], dropped 0");
    }

    @Test
    void threeShortConnectionsRunningAreARefusal() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port());
        for (int i = 0; i < 3; i++) {
            broker.accept().close();
        }
        assertThat(send.exitCode()).as(send::err).isEqualTo(ExitCode.REFUSED);
        assertThat(send.err()).contains("refused: 127.0.0.1:" + port());
    }

    @Test
    void doesNotWaitForAConfirmationForEver() throws Exception {
        RunningCommand send = RunningCommand.start(
                "send", "-p", port(), "--count", "3", "--interval", "0", "--confirm-timeout", "0.2");
        try (FakeBroker.Client client = broker.accept()) {
            assertThat(send.exitCode()).as(send::err).isEqualTo(ExitCode.FAILED);
            client.readFrame();
        }
        assertThat(send.err()).contains("the broker did not confirm within 0.2 s");
        assertThat(send.lastErrLine()).isEqualTo("sent 3, confirmed 0, in doubt 3, dropped 0");
    }

    @Test
    void saysThatItIsHeldBack() throws Exception {
        // More than the buffers of both sockets and of the client take.
        RunningCommand send = RunningCommand.start(
                "send",
                "-p",
                port(),
                "--size",
                "16000000",
                "--interval",
                "0",
                "--count",
                "5",
                "--confirm-timeout",
                "20");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            await().atMost(20, SECONDS).until(() -> send.err().contains("held back: "));
            for (int i = 0; i < 5; i++) {
                client.readFrame();
                assertThat(client.readFrame()).hasSize(16_000_000);
            }
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).as(send::err).isEqualTo(ExitCode.OK);
        assertThat(send.err()).contains("going on\n");
    }

    @Test
    void sendsAFile(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("f"), new byte[] {1, 2, 'x'});
        RunningCommand send = RunningCommand.start("send", "-p", port(), "-f", file.toString());
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.readFrame();
            assertThat(client.readFrame()).isEqualTo("\1\2x");
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void sendsEachLineOfStandardInput() throws Exception {
        RunningCommand send = RunningCommand.startReading(
                new ByteArrayInputStream(bytes("one\n\ntwo\r\nthree")), "send", "-p", port(), "-l");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            for (String line : List.of("one", "", "two\r", "three")) {
                assertThat(client.readFrame()).isEqualTo("/topic/foo");
                assertThat(client.readFrame()).isEqualTo(line);
            }
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(send.lastErrLine()).isEqualTo("sent 4, confirmed 4, in doubt 0, dropped 0");
    }

    @Test
    void sendsAllOfStandardInputAsOneMessage() throws Exception {
        RunningCommand send = RunningCommand.startReading(
                new ByteArrayInputStream(bytes("one\ntwo\n")), "send", "-p", port(), "-s", "--count", "2", "-i", "0");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            for (int i = 0; i < 2; i++) {
                client.readFrame();
                assertThat(client.readFrame()).isEqualTo("one\ntwo\n");
            }
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void keepsARateOfManyASecond() throws Exception {
        long startedNs = System.nanoTime();
        RunningCommand send = RunningCommand.start("send", "-p", port(), "--rate", "1000", "--count", "301");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            for (int i = 0; i < 301; i++) {
                client.readFrame();
                client.readFrame();
            }
            // 300 pauses of a millisecond; how much more depends on the machine.
            assertThat(System.nanoTime() - startedNs).isGreaterThan(300_000_000L);
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void showsProgressOnATerminalOnly() throws Exception {
        RunningCommand send =
                RunningCommand.startOnTerminal("send", "-p", port(), "--count", "4", "--interval", "0.25");
        try (FakeBroker.Client client = broker.accept()) {
            for (int i = 0; i < 10; i++) {
                client.readFrame();
            }
        }
        assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(send.err())
                .containsPattern("\r\u001b\\[K[234] of 4 \\(\\d+ %\\), \\d+\\.\\d messages/s, \\d s left");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-m x -s",
                "--interval 1 --rate 5",
                "--rate 0",
                "--rate NaN",
                "-m x --size 30",
                "-l --size 30",
                "-f no-such-file",
                "--count 0",
                "--count abc"
            })
    void refusesWhatMakesNoSense(String options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("send", "-p", port()));
        arguments.addAll(List.of(options.split(" ")));
        RunningCommand send = RunningCommand.start(arguments.toArray(String[]::new));

        assertThat(send.exitCode()).as(send::err).isEqualTo(ExitCode.USAGE);
        assertThat(send.err()).hasLineCount(1).endsWith("see: sluice send --help\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String port() {
        return Integer.toString(broker.port());
    }
}
