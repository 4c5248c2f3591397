package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.systemtest.Shell.Result;
import io.sluice.systemtest.Shell.Running;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code sluice listen} and {@code sluice send} as people use them from a shell: pipes, files, terminals, broken brokers. */
@Timeout(600)
class ToolsIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int MIB = 1024 * 1024;
    private static final int KILLS = TestSize.pick(4, 20);
    private static final Pattern RECEIVED = Pattern.compile("Received by [0-9a-f]{8}: Msg (\\d+) from [0-9a-f]{8}");
    private static final Pattern COUNTS =
            Pattern.compile("sent (\\d+), confirmed (\\d+), in doubt (\\d+), dropped (\\d+)");

    @TempDir
    private Path folder;

    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    // ---------------------------------------------------------------- pipes and files

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void endsSilentlyWithGoodbyeWhenTheReaderOfItsOutputHasLeft() throws Exception {
        BrokerProcess broker = broker("tools-head");
        Shell shell = new Shell(folder, broker.port());
        Running listen = shell.start("bin/sluice listen | head -1; echo \"exit ${PIPESTATUS[0]}\"");
        toClose.add(listen::end);
        awaitListening(listen);
        Result sent = shell.run("bin/sluice send --count 40 --interval 0.05");
        Result head = listen.await(20);

        assertThat(sent.exitCode()).as(sent.err()).isZero();
        assertThat(head.out()).matches("Received by [0-9a-f]{8}: Msg 1 from [0-9a-f]{8}\nexit 0\n");
        assertThat(head.err()).hasLineCount(2);
        new StatsReader(broker.statsFile())
                .await("both have said goodbye", sample -> sample.number("closes", "goodbye") == 2);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void sendsEachLineOfAFile() throws Exception {
        Shell shell = new Shell(folder, broker("tools-lines").port());
        int lines = 10_000;
        Files.write(
                folder.resolve("lines"),
                LongStream.rangeClosed(1, lines)
                        .mapToObj(i -> "line " + i + " é")
                        .toList());
        Running listen = shell.start("bin/sluice listen -C " + lines + " --format raw > all");
        toClose.add(listen::end);
        awaitListening(listen);
        Result sent = shell.run("bin/sluice send -l < lines");

        assertThat(sent.err()).endsWith("sent 10000, confirmed 10000, in doubt 0, dropped 0\n");
        assertThat(listen.await(20).exitCode()).isZero();
        assertThat(Files.readString(folder.resolve("all")))
                .isEqualTo(Files.readString(folder.resolve("lines")).replace("\n", ""));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void rawKeepsEveryByteOfALargeMessageThroughFilesAndPipes() throws Exception {
        Shell shell = new Shell(folder, broker("tools-raw").port());
        byte[] content = new byte[15 * MIB];
        new Random(TestSize.seed("ToolsIT")).nextBytes(content);
        Files.write(folder.resolve("binary"), content);

        Running toFile = shell.start("bin/sluice listen --format raw -C 1 > copy");
        Running piped = shell.start("bin/sluice listen --format raw -C 1 | cat > piped");
        Running dumped = shell.start("mkdir -p dump && bin/sluice listen -C 1 --dump dump");
        for (Running one : List.of(toFile, piped, dumped)) {
            toClose.add(one::end);
            awaitListening(one);
        }
        Result file = shell.run("bin/sluice send -f binary");
        assertThat(file.exitCode()).as(file.err()).isZero();
        for (Running one : List.of(toFile, piped, dumped)) {
            assertThat(one.await(30).exitCode()).as(one.err()).isZero();
        }
        assertThat(folder.resolve("copy")).hasSameBinaryContentAs(folder.resolve("binary"));
        assertThat(folder.resolve("piped")).hasSameBinaryContentAs(folder.resolve("binary"));
        assertThat(folder.resolve("dump/message-000001")).hasSameBinaryContentAs(folder.resolve("binary"));

        Running again = shell.start("bin/sluice listen --format raw -C 1 > copy");
        toClose.add(again::end);
        awaitListening(again);
        Result stdin = shell.run("cat binary | bin/sluice send -s");
        assertThat(stdin.exitCode()).as(stdin.err()).isZero();
        assertThat(again.await(30).exitCode()).isZero();
        assertThat(folder.resolve("copy")).hasSameBinaryContentAs(folder.resolve("binary"));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatAListenerDidNotWantStaysInItsQueue() throws Exception {
        Shell shell = new Shell(folder, broker("tools-ahead").port());
        assertThat(shell.run("seq 5000 | bin/sluice send -t /queue/a -l").exitCode())
                .isZero();

        Result one = shell.run("bin/sluice listen -t /queue/a -C 1 --format line");
        assertThat(one.exitCode()).as(one.err()).isZero();
        assertThat(one.out()).isEqualTo("1\n");
        assertThat(one.err())
                .containsPattern("\\d+ messages had been sent ahead and went back to the end of the queue\n$");

        Result rest = shell.run("bin/sluice listen -t /queue/a -C 4999 -W 10 --format line");
        assertThat(rest.exitCode()).as(rest.err()).isZero();
        assertThat(rest.out().lines().map(Integer::parseInt).sorted().toList())
                .isEqualTo(IntStream.rangeClosed(2, 5000).boxed().toList());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void standardOutputCarriesMessagesOnly() throws Exception {
        Shell shell = new Shell(folder, broker("tools-stdout").port());
        Result timedOut = shell.run("bin/sluice listen -W 0.5");
        assertThat(timedOut.exitCode()).isEqualTo(5);
        assertThat(timedOut.out()).isEmpty();

        Result nobody = shell.run("bin/sluice listen -p 1 -C 1");
        assertThat(nobody.exitCode()).isEqualTo(3);
        assertThat(nobody.out()).isEmpty();
        assertThat(nobody.err()).contains("cannot connect to 127.0.0.1:1");

        Result unknown = shell.run("bin/sluice listen -h no.such.host.invalid");
        assertThat(unknown.exitCode()).isEqualTo(3);
        assertThat(unknown.err()).contains("the name cannot be resolved").doesNotContain("WARN");

        Result usage = shell.run("bin/sluice");
        assertThat(usage.exitCode()).isEqualTo(2);
        assertThat(usage.out()).isEmpty();
        assertThat(usage.err()).startsWith("Usage: sluice");
    }

    // ---------------------------------------------------------------- a terminal

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void onATerminalThereIsProgressAndRed() throws Exception {
        Shell shell = new Shell(folder, broker("tools-terminal").port());
        String inTerminal = "python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)' ";
        Result send = shell.run(inTerminal + "bin/sluice send --count 10 --interval 0.1");
        assertThat(send.exitCode()).as(send.out()).isZero();
        assertThat(send.out())
                .containsPattern("\r\u001b\\[K\\d+ of 10 \\(\\d+ %\\), \\d+\\.\\d messages/s, \\d s left")
                .containsPattern("\r\u001b\\[Ksent 10, confirmed 10, in doubt 0, dropped 0\r\n");

        assertThat(shell.run(inTerminal + "bin/sluice listen -p 0").out())
                .contains("\u001b[31m--port 0 is not between");
        assertThat(shell.run("NO_COLOR=1 " + inTerminal + "bin/sluice listen -p 0")
                        .out())
                .contains("--port 0 is not between")
                .doesNotContain("\u001b");
    }

    // ---------------------------------------------------------------- others

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void workWithAnotherImplementationOfTheProtocol() throws Exception {
        Path server = BrokerProcess.module().resolve("src/test/python/plainsocket/server.py");
        Process python = new ProcessBuilder("python3", server.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        toClose.add(() -> {
            python.getOutputStream().close();
            assertThat(python.waitFor(20, TimeUnit.SECONDS)).isTrue();
        });
        String line = python.inputReader(StandardCharsets.UTF_8).readLine();
        Shell shell = new Shell(folder, Integer.parseInt(line.substring("listening on ".length())));

        Running one = shell.start("bin/sluice listen -t /queue/a -C 2");
        Running two = shell.start("bin/sluice listen -t /queue/a -C 2");
        Running all = shell.start("bin/sluice listen -t /topic/a -C 3");
        for (Running listen : List.of(one, two, all)) {
            toClose.add(listen::end);
            awaitListening(listen);
        }
        Result toQueue = shell.run("bin/sluice send -t /queue/a --count 4 --interval 0");
        Result toTopic = shell.run("printf 'x\\n\\ny' | bin/sluice send -t /topic/a -l");

        assertThat(toQueue.err()).endsWith("sent 4, confirmed 4, in doubt 0, dropped 0\n");
        assertThat(toTopic.err()).endsWith("sent 3, confirmed 3, in doubt 0, dropped 0\n");
        assertThat(one.await(20).exitCode()).isZero();
        assertThat(two.await(20).exitCode()).isZero();
        assertThat(numbers(one.out() + two.out())).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
        assertThat(all.await(20).out().replaceAll("[0-9a-f]{8}", "ID"))
                .isEqualTo("Received by ID: x\nReceived by ID: \nReceived by ID: y\n");
    }

    /**
     * A queue, so that nothing depends on who of the two is back first. Whatever the broker held when it was killed is lost, and
     * was sent on a connection that broke: in doubt.
     */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void neitherDiesWithTheBrokerAndNothingIsLostUncounted() throws Exception {
        Shell shell = new Shell(folder, Ports.unused());
        Running broker = startBroker(shell);
        Running listen = shell.start("exec bin/sluice listen -t /queue/a");
        toClose.add(listen::end);
        Running send = shell.start("exec bin/sluice send -t /queue/a --rate 10000");
        toClose.add(send::end);
        Random random = new Random(TestSize.seed("ToolsIT"));
        for (int i = 0; i < KILLS; i++) {
            long before = listen.out().length();
            await().atMost(TIMEOUT).until(() -> listen.out().length() > before + 10_000);
            // Three connections running that live for less than a second would be a refusal.
            TimeUnit.MILLISECONDS.sleep(1_200 + random.nextInt(300));
            broker.process().destroyForcibly().waitFor();
            broker = startBroker(shell);
        }
        long before = listen.out().length();
        await().atMost(TIMEOUT).until(() -> listen.out().length() > before + 10_000);
        send.process().destroy();
        Result sent = send.await(30);
        Matcher counts = COUNTS.matcher(sent.err());
        assertThat(counts.find()).as(sent.err()).isTrue();
        long published = Long.parseLong(counts.group(1)) + Long.parseLong(counts.group(4));
        long confirmed = Long.parseLong(counts.group(2));
        long uncertain = Long.parseLong(counts.group(3)) + Long.parseLong(counts.group(4));
        await().atMost(TIMEOUT)
                .until(() -> !numbers(listen.out()).isEmpty()
                        && numbers(listen.out()).size() >= published - uncertain
                        && last(numbers(listen.out())) == published - Long.parseLong(counts.group(4)));
        assertThat(listen.process().isAlive()).isTrue();
        listen.process().destroy();
        List<Long> received = numbers(listen.await(20).out());

        System.out.println("ToolsIT: " + KILLS + " kills, " + counts.group() + ", received " + received.size());
        assertThat(received).isSorted().doesNotHaveDuplicates();
        assertThat(published - received.size()).as("not received").isLessThanOrEqualTo(uncertain);
        assertThat(confirmed).isPositive();
        // Everything of the last connection, which nobody killed.
        assertThat(received.subList((int) (received.size() - confirmed), received.size()))
                .first()
                .isEqualTo(published - confirmed + 1 - Long.parseLong(counts.group(4)));
        assertThat(listen.err()).containsPattern("connected again after \\d+\\.\\d s");
    }

    private Running startBroker(Shell shell) throws IOException {
        Running broker = shell.start("exec bin/sluice broker");
        toClose.add(broker::end);
        await().atMost(TIMEOUT).until(() -> broker.out().contains("ready at"));
        return broker;
    }

    private BrokerProcess broker(String name) throws Exception {
        BrokerProcess broker = BrokerProcess.start(name, "--stats-interval=100ms");
        toClose.add(broker);
        return broker;
    }

    private static void awaitListening(Running listen) {
        await().atMost(TIMEOUT).until(() -> listen.err().contains("I am "));
    }

    private static List<Long> numbers(String out) {
        List<Long> numbers = new ArrayList<>();
        Matcher matcher = RECEIVED.matcher(out);
        while (matcher.find()) {
            numbers.add(Long.parseLong(matcher.group(1)));
        }
        return numbers;
    }

    private static long last(List<Long> numbers) {
        return numbers.get(numbers.size() - 1);
    }
}
