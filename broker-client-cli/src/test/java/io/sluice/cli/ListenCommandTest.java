package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ListenCommandTest {
    private final FakeBroker broker = new FakeBroker();

    @AfterEach
    void closeBroker() throws IOException {
        broker.close();
    }

    @Test
    void subscribesAndPrintsOneLinePerMessage() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-t", "/topic/a", "-C", "2");
        try (FakeBroker.Client client = broker.accept()) {
            assertThat(client.readFrame()).isEqualTo("/topic/a");
            client.writeFrame("Msg 1 from 6b5a8e1d");
            client.writeFrame("");

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.out()).matches("Received by ([0-9a-f]{8}): Msg 1 from 6b5a8e1d\nReceived by \\1: \n");
    }

    @Test
    void tellsItsNameAndAddressOnStandardError() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            assertThat(client.readFrame()).isEqualTo("/topic/foo");
            client.writeFrame("x");

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.err()).matches("Starting up [0-9a-f]{8}\nI am 127\\.0\\.0\\.1:\\d+\n");
    }

    @Test
    void printsAMessageAtOnceAlthoughNoMoreCome() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port());
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("first");

            await().until(() -> listen.out().endsWith(": first\n"));
        }
        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void writesMessagesThatComeTogetherInOneGo() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] bytes, int offset, int length) {
                writes.incrementAndGet();
                super.write(bytes, offset, length);
            }
        };
        RunningCommand listen = RunningCommand.startWritingTo(out, "listen", "-p", port(), "-C", "100");
        try (FakeBroker.Client client = broker.accept()) {
            ByteBuffer frames = ByteBuffer.allocate(500);
            for (int i = 0; i < 100; i++) {
                frames.putInt(1).put((byte) 'x');
            }
            client.write(frames.array());

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(100);
        assertThat(writes).hasValueLessThan(10);
    }

    @Test
    void escapesWhatATerminalWouldObey() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("a\n\u001b[2J");

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.out()).endsWith(": a\\n\\x1b[2J\n").hasLineCount(1);
    }

    @Test
    void saysGoodbyeAfterTheLastMessage() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("x");

            assertThat(client.readFrame()).isEmpty();
            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
    }

    @Test
    void endsWhenTheTimeIsOver() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "3", "-W", "0.2");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("x");

            assertThat(client.readFrame()).isEmpty();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.TIMED_OUT);
        }
        assertThat(listen.lastErrLine()).isEqualTo("timed out after 0.2 s with 1 of 3 messages");
        assertThat(listen.out()).endsWith(": x\n");
    }

    @Test
    void callsItARefusalWhenTheBrokerClosesAtOnce() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port());
        broker.accept().close();

        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.REFUSED);
        assertThat(listen.lastErrLine()).startsWith("refused: 127.0.0.1:" + port());
    }

    @Test
    void callsItARefusalWhenTheBrokerResetsAtOnce() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port());
        broker.accept().reset();

        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void aResetBeforeTheSubscriptionIsARefusal() throws Exception {
        try (Connection connection = Connection.open("127.0.0.1", broker.port(), 5_000)) {
            broker.accept().reset();
            RunningCommand listen = RunningCommand.start(
                    console -> listener(connection, new MessagePrinter(console.out(), "9ae04690"), console)
                            .run());

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.REFUSED);
        }
    }

    @Test
    void failsWhenTheBrokerCloses() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "3");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("x");
        }
        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.FAILED);
        assertThat(listen.lastErrLine())
                .isEqualTo("the broker closed the connection after 1 of 3 messages; the broker's log says why");
    }

    @Test
    void saysThatAMessageWasCutOff() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port());
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("x");
            client.writeInt(10);
        }
        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.FAILED);
        assertThat(listen.lastErrLine()).contains("after 1 message (in the middle of a message");
        assertThat(listen.out()).endsWith(": x\n");
    }

    @Test
    void refusesAFrameThatIsTooLong() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port());
        try (FakeBroker.Client client = broker.accept()) {
            client.write("HTTP/1.1 400".getBytes(StandardCharsets.US_ASCII));

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.FAILED);
        }
        assertThat(listen.lastErrLine())
                .contains("1213486160 bytes")
                .contains("at most 16777215")
                .endsWith("does a Sluice broker listen at 127.0.0.1:" + port() + "?");
    }

    @Test
    void endsSilentlyWhenTheReaderOfStandardOutputHasLeft() throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().close();
        OutputStream out = Channels.newOutputStream(pipe.sink());
        RunningCommand listen = RunningCommand.startWritingTo(out, "listen", "-p", port());
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("x");

            assertThat(client.readFrame()).isEmpty();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.lastErrLine()).startsWith("I am");
    }

    @Test
    void reportsThatStandardOutputTakesNothing() throws Exception {
        OutputStream fullDisk = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        RunningCommand listen = RunningCommand.startWritingTo(fullDisk, "listen", "-p", port());
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("x");

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.FAILED);
        }
        assertThat(listen.lastErrLine())
                .startsWith("cannot write to standard output")
                .endsWith("no space left on device");
    }

    @Test
    void whatTheBrokerStillHeldIsPrintedAfterStop() throws Exception {
        try (Connection connection = Connection.open("127.0.0.1", broker.port(), 5_000);
                FakeBroker.Client client = broker.accept()) {
            AtomicReference<Listener> listener = new AtomicReference<>();
            RunningCommand listen = RunningCommand.start(console -> {
                listener.set(listener(connection, new MessagePrinter(console.out(), "9ae04690"), console));
                return listener.get().run();
            });
            assertThat(client.readFrame()).isEqualTo("/queue/a");
            listener.get().stop();
            assertThat(client.readFrame()).isEmpty();
            client.writeFrame("held");
            client.close();

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(listen.out()).isEqualTo("Received by 9ae04690: held\n");
        }
    }

    @Test
    void takesIpv6Literals() throws Exception {
        assumeThat(hasIpv6Loopback()).isTrue();
        try (FakeBroker ipv6 = new FakeBroker(InetAddress.getByName("::1"))) {
            RunningCommand listen =
                    RunningCommand.start("listen", "-h", "::1", "-p", Integer.toString(ipv6.port()), "-C", "1");
            try (FakeBroker.Client client = ipv6.accept()) {
                client.writeFrame("x");
                assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
            }
            assertThat(listen.err()).contains("I am [::1]:");
        }
    }

    private static Listener listener(Connection connection, MessagePrinter printer, Console console) {
        Listener.Limits limits = new Listener.Limits(Listener.Limits.NONE, Listener.Limits.NONE);
        return new Listener(connection, "/queue/a".getBytes(StandardCharsets.UTF_8), printer, limits, console);
    }

    private static boolean hasIpv6Loopback() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .anyMatch(address -> address instanceof Inet6Address && address.isLoopbackAddress());
    }

    private String port() {
        return Integer.toString(broker.port());
    }
}
