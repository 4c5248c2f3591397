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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
            client.answerGoodbye();
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
            client.answerGoodbye();
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
            client.answerGoodbye();
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
            client.answerGoodbye();
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
    void doesNotWaitForeverForAnAnswerToItsGoodbye() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("x");

            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void endsWhenTheTimeIsOver() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "3", "-W", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("x");

            assertThat(client.readFrame()).isEmpty();
            client.end();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.TIMED_OUT);
        }
        assertThat(listen.lastErrLine()).isEqualTo("timed out: no message for 1 s; received 1 of 3 messages");
        assertThat(listen.out()).endsWith(": x\n");
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
            client.end();
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
                .isEqualTo("cannot write to standard output: No space left on device; received 1 message");
    }

    @Test
    void takesIpv6Literals() throws Exception {
        assumeThat(hasIpv6Loopback()).isTrue();
        try (FakeBroker ipv6 = new FakeBroker(InetAddress.getByName("::1"))) {
            RunningCommand listen =
                    RunningCommand.start("listen", "-h", "::1", "-p", Integer.toString(ipv6.port()), "-C", "1");
            try (FakeBroker.Client client = ipv6.accept()) {
                client.writeFrame("x");
                client.answerGoodbye();
                assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
            }
            assertThat(listen.err()).contains("I am [::1]:");
        }
    }

    @Test
    void threeShortConnectionsRunningAreARefusal() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port());
        broker.accept().close();
        broker.accept().reset();
        broker.accept().close();

        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.REFUSED);
        assertThat(listen.lastErrLine())
                .startsWith("refused: 127.0.0.1:" + port())
                .contains("3 times running");
    }

    @Test
    void connectsAgainAndSaysHowLongItWasAwayAndWhatIsMissing() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "3");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("Msg 7 from 6b5a8e1d");
            client.writeInt(10);
            await().until(() -> listen.out().contains("Msg 7"));
        }
        try (FakeBroker.Client client = broker.accept()) {
            assertThat(client.readFrame()).isEqualTo("/topic/foo");
            client.writeFrame("Msg 10 from 6b5a8e1d");
            client.writeFrame("Msg 12 from 6b5a8e1d");
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.out().lines()).hasSize(3);
        assertThat(listen.err())
                .contains(
                        "lost the connection to 127.0.0.1:" + port() + " for /topic/foo (the broker ended the stream)")
                .containsPattern("connected again after \\d+\\.\\d s for /topic/foo\n")
                .contains("2 messages of 6b5a8e1d did not come: 8 to 9\n")
                .doesNotContain("did not come: 11");
    }

    @Test
    void aFrameThatIsTooLongIsNoMessage() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port());
        for (int i = 0; i < 3; i++) {
            try (FakeBroker.Client client = broker.accept()) {
                client.write("HTTP/1.1 400".getBytes(StandardCharsets.US_ASCII));
                client.readFrame();
                assertThat(client.isAtEnd()).isTrue();
            }
        }
        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.REFUSED);
        assertThat(listen.err()).contains("1213486160 bytes").contains("does a Sluice broker listen there?");
    }

    @Test
    void listensToSeveralDestinationsAtOnce() throws Exception {
        RunningCommand listen =
                RunningCommand.start("listen", "-p", port(), "-t", "/topic/a", "-t", "/queue/b", "-C", "2", "-v");
        try (FakeBroker.Client first = broker.accept();
                FakeBroker.Client second = broker.accept()) {
            first.writeFrame("one");
            await().until(() -> listen.out().contains(": one\n"));
            second.writeFrame("two");
            first.answerGoodbye();
            second.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.out())
                .matches("Received by ([0-9a-f]{8}) from /topic/a: one\nReceived by \\1 from /queue/b: two\n");
    }

    @Test
    void givesBackToAQueueWhatItHadSentAhead() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-t", "/queue/a", "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            for (String payload : List.of("one", "two", "three")) {
                client.writeFrame(payload);
            }
            assertThat(client.readFrame()).isEmpty();
            client.writeFrame("four");
            client.close();
            try (FakeBroker.Client publisher = broker.accept()) {
                assertThat(publisher.readFrame()).isEqualTo("/null");
                for (String payload : List.of("two", "three", "four")) {
                    assertThat(publisher.readFrame()).isEqualTo("/queue/a");
                    assertThat(publisher.readFrame()).isEqualTo(payload);
                }
                assertThat(publisher.readFrame()).isEmpty();
            }
        }
        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        assertThat(listen.out()).hasLineCount(1).endsWith(": one\n");
        assertThat(listen.lastErrLine())
                .isEqualTo("3 messages had been sent ahead and went back to the end of the queue");
    }

    @Test
    void saysSoWhenItIsNotCertainThatTheyAreBack() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-t", "/queue/a", "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("one");
            client.writeFrame("two");
            assertThat(client.readFrame()).isEmpty();
            client.close();
            try (FakeBroker.Client publisher = broker.accept()) {
                for (int i = 0; i < 4; i++) {
                    publisher.readFrame();
                }
                publisher.reset();
            }
        }
        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.FAILED);
        assertThat(listen.lastErrLine())
                .contains("1 message had been sent ahead")
                .contains("0 are there for certain");
    }

    @Test
    void theSameDestinationTwiceIsOneSubscription() throws Exception {
        RunningCommand listen =
                RunningCommand.start("listen", "-p", port(), "-t", "/topic/a", "-t", "/topic/a", "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("x");
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.err()).hasLineCount(2);
    }

    @Test
    void saysThatThereAreNoWildcards() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-t", "/topic/a*", "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("x");
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.err()).contains("/topic/a* is taken as it stands: there are no wildcards\n");
    }

    @Test
    void timesOutAlsoBeforeItIsConnected() throws Exception {
        int port = broker.port();
        broker.close();
        RunningCommand listen = RunningCommand.start("listen", "-p", Integer.toString(port), "--retry", "-W", "0.4");

        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.TIMED_OUT);
        assertThat(listen.lastErrLine()).isEqualTo("timed out: not connected within 0.4 s");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            hex,    48c3bc0a
            line,   Hü
            base64, SMO8Cg==
            """)
    void printsInOtherFormats(String format, String expected) throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "1", "--format", format);
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame(format.equals("line") ? "Hü" : "Hü\n");
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.out()).isEqualTo(expected + "\n");
    }

    @Test
    void rawIsTheBytesAlone() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RunningCommand listen =
                RunningCommand.startWritingTo(out, "listen", "-p", port(), "-C", "2", "--format", "raw");
        try (FakeBroker.Client client = broker.accept()) {
            client.writeInt(3);
            client.write(new byte[] {0, (byte) 0xff, '\n'});
            client.writeFrame("");
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(out.toByteArray()).containsExactly(0, 0xff, '\n');
    }

    @Test
    void jsonIsAnObjectALine() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "2", "--format", "json");
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("say \"hü\"\n");
            client.writeInt(1);
            client.write(new byte[] {(byte) 0xff});
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.out().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches(
                                        "\\{\"time\":\"\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\",\"destination\":\"/topic/foo\",\"size\":10,"
                                                + "\"payload\":\"say \\\\\"hü\\\\\"\\\\n\",\"encoding\":\"utf-8\"\\}"),
                        line -> assertThat(line).contains("\"size\":1,\"payload\":\"/w==\",\"encoding\":\"base64\""));
    }

    @Test
    void dumpsIntoNewNumberedFiles(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("message-000002"), "mine");
        RunningCommand listen =
                RunningCommand.start("listen", "-p", port(), "-C", "2", "-v", "--dump", folder.toString());
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("../../first");
            client.writeFrame("second");
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(folder.resolve("message-000001")).hasContent("../../first");
        assertThat(folder.resolve("message-000002")).hasContent("mine");
        assertThat(folder.resolve("message-000003")).hasContent("second");
        assertThat(folder)
                .isDirectoryNotContaining(file -> !file.getFileName().toString().startsWith("message-"));
        assertThat(listen.out()).isEmpty();
        assertThat(listen.err()).contains("message-000003: 6 bytes from /topic/foo");
    }

    @Test
    void quietTellsHowManyCame() throws Exception {
        RunningCommand listen = RunningCommand.start("listen", "-p", port(), "-C", "3", "--quiet");
        try (FakeBroker.Client client = broker.accept()) {
            for (int i = 0; i < 3; i++) {
                client.writeFrame("four");
            }
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        assertThat(listen.out()).isEmpty();
        assertThat(listen.lastErrLine()).matches("3 messages, 12 bytes, [0-9,]+ messages/s over \\d+\\.\\d s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--quiet --format hex",
                "--dump . --format raw",
                "--dump /dev/null/folder",
                "-v --format raw",
                "--format xml",
                "-t /topic/*",
                "--connect-timeout 0",
                "-C 0",
                "-W 0"
            })
    void refusesWhatMakesNoSense(String options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("listen", "-p", port()));
        arguments.addAll(List.of(options.split(" ")));
        RunningCommand listen = RunningCommand.start(arguments.toArray(String[]::new));

        assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.USAGE);
        assertThat(listen.err()).hasLineCount(1).endsWith("see: sluice listen --help\n");
    }

    @Test
    void withRetryItWaitsForTheBroker() throws Exception {
        int port = broker.port();
        broker.close();
        RunningCommand listen = RunningCommand.start("listen", "-p", Integer.toString(port), "-C", "1", "--retry");
        await().until(() -> listen.err().contains("trying again"));
        try (FakeBroker late = new FakeBroker(InetAddress.getLoopbackAddress(), port);
                FakeBroker.Client client = late.accept()) {
            client.writeFrame("x");
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void hostAndPortMayStandInAFile(@TempDir Path folder) throws Exception {
        Path settings = folder.resolve("client.properties");
        Files.writeString(settings, "host=localhost\nport=" + port() + "\n");
        RunningCommand listen = RunningCommand.startWithSettings(settings, "listen", "-C", "1");
        try (FakeBroker.Client client = broker.accept()) {
            client.writeFrame("x");
            client.answerGoodbye();
            assertThat(listen.exitCode()).as(listen::err).isEqualTo(ExitCode.OK);
        }
        RunningCommand help = RunningCommand.startWithSettings(settings, "listen", "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out().replaceAll("\\s+", " "))
                .contains("(default: " + port() + ")")
                .contains("(default: localhost)");

        Files.writeString(settings, "prot=1\n");
        RunningCommand wrong = RunningCommand.startWithSettings(settings, "listen");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("unknown key 'prot'").contains("[admin, host, port, token-file]");
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
