package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SendCommandTest {
    private static final long ONE_HOUR_NS = TimeUnit.HOURS.toNanos(1);

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
    void aMessageIsOnItsWayBeforeTheNextIsDue() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port(), "--interval", "3600");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.readFrame();
            assertThat(client.readFrame()).startsWith("Msg 1 from ");
        }
        assertThat(send.exitCode()).isNotEqualTo(ExitCode.OK);
        assertThat(send.lastErrLine()).isEqualTo("sent 1, confirmed 0, in doubt 1, dropped 0");
    }

    @Test
    void aResetAfterGoodbyeIsNoConfirmation() throws Exception {
        RunningCommand send = RunningCommand.start("send", "-p", port(), "-m", "x");
        FakeBroker.Client client = broker.accept();
        for (int i = 0; i < 4; i++) {
            client.readFrame();
        }
        client.reset();

        assertThat(send.exitCode()).isNotEqualTo(ExitCode.OK);
        assertThat(send.lastErrLine()).isEqualTo("sent 1, confirmed 0, in doubt 1, dropped 0");
    }

    @Test
    void saysSoWhenTheBrokerCloses() throws Exception {
        try (Connection connection = Connection.open("127.0.0.1", broker.port(), 5_000);
                FakeBroker.Client client = broker.accept()) {
            RunningCommand send = RunningCommand.start(
                    console -> sender(connection, ONE_HOUR_NS, console).run());
            client.readFrame();
            client.readFrame();
            client.readFrame();
            await().until(() -> !connection.isYoung());
            client.close();

            assertThat(send.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(send.err()).isEqualTo("""
                            the broker closed the connection after 1 message; the broker's log says why
                            sent 1, confirmed 0, in doubt 1, dropped 0
                            """);
        }
    }

    @Test
    void doesNotWaitForAConfirmationForEver() throws Exception {
        try (Connection connection = Connection.open("127.0.0.1", broker.port(), 5_000);
                FakeBroker.Client client = broker.accept()) {
            RunningCommand send = RunningCommand.start(console -> {
                Sender.Plan plan = new Sender.Plan(number -> new byte[1], 3, 0);
                return new Sender(connection, bytes("/topic/foo"), plan, console, 50).run();
            });

            assertThat(send.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(send.err()).startsWith("the broker did not confirm within 0.05 s");
            assertThat(send.lastErrLine()).isEqualTo("sent 3, confirmed 0, in doubt 3, dropped 0");
            client.readFrame();
        }
    }

    @Test
    void stopSaysGoodbyeAndWaitsForTheConfirmation() throws Exception {
        try (Connection connection = Connection.open("127.0.0.1", broker.port(), 5_000);
                FakeBroker.Client client = broker.accept()) {
            AtomicReference<Sender> sender = new AtomicReference<>();
            RunningCommand send = RunningCommand.start(console -> {
                sender.set(sender(connection, ONE_HOUR_NS, console));
                return sender.get().run();
            });
            client.readFrame();
            client.readFrame();
            client.readFrame();
            sender.get().stop();
            assertThat(client.readFrame()).isEmpty();
            client.close();

            assertThat(send.exitCode()).isEqualTo(ExitCode.OK);
            assertThat(send.lastErrLine()).isEqualTo("sent 1, confirmed 1, in doubt 0, dropped 0");
        }
    }

    @Test
    void abortEndsASenderThatTheBrokerHoldsBack() throws Exception {
        try (Connection connection = Connection.open("127.0.0.1", broker.port(), 5_000);
                FakeBroker.Client client = broker.accept()) {
            AtomicReference<Sender> sender = new AtomicReference<>();
            RunningCommand send = RunningCommand.start(console -> {
                // More than the buffers of both sockets take.
                Sender.Plan plan = new Sender.Plan(number -> new byte[16_000_000], Sender.Plan.FOR_EVER, 0);
                sender.set(new Sender(connection, bytes("/queue/a"), plan, console, 10_000));
                return sender.get().run();
            });
            client.readFrame();
            sender.get().abort();

            assertThat(send.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(send.err()).startsWith("ended without the broker's confirmation");
            assertThat(send.lastErrLine()).matches("sent (\\d+), confirmed 0, in doubt \\1, dropped 0");
        }
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

    private static Sender sender(Connection connection, long intervalNs, Console console) {
        Sender.Plan plan = new Sender.Plan(number -> bytes("x"), Sender.Plan.FOR_EVER, intervalNs);
        return new Sender(connection, bytes("/topic/foo"), plan, console, 10_000);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String port() {
        return Integer.toString(broker.port());
    }
}
