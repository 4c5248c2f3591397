package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.systemtest.Shell.Result;
import io.sluice.systemtest.Shell.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice load-test} from the distribution, with the broker and the relay that it starts itself. */
@Timeout(300)
class LoadTestIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String SHORT = " --runs 1 --warm-up 300ms --duration 700ms ";

    @TempDir
    private Path folder;

    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        shell = new Shell(folder, 1);
    }

    @Test
    void throughputOfAnOwnBrokerAgainstTheLimit() throws Exception {
        Result result = shell.run("bin/sluice load-test throughput --limit --json a.json --html a.html" + SHORT);

        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        assertThat(result.out())
                .startsWith("topic 1")
                .contains("\n  sluice  ", "\n  limit  ", "\n  sluice / limit: rate ", "the generator publishes up to ")
                .doesNotContain("PROBLEM");
        assertThat(Files.readString(folder.resolve("a.json")))
                .contains("\"product\" : \"sluice 0.", "\"target\" : \"limit\"", "\"rssPeakMib\" : ")
                .doesNotContain("\"rssPeakMib\" : 0.0");
        assertThat(Files.readString(folder.resolve("a.html"))).contains("<!DOCTYPE html>", "topic 1→1, 128 B");
        Result compared = shell.run("bin/sluice load-test compare a.json a.json");
        assertThat(compared.exitCode()).as(compared.err()).isZero();
        assertNothingIsLeft();
    }

    @Test
    void healthySubscribersBesideAStalledOne() throws Exception {
        Result result = shell.run("bin/sluice load-test slow-subscribers --subscribers 3" + SHORT);

        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        assertThat(result.out()).contains("sluice control ", "sluice slow ", "sluice slow / sluice control: rate ");
    }

    @Test
    void idleConnectionsAndVisitsAndQueues() throws Exception {
        Result connections = shell.run("bin/sluice load-test connections --connections 500 --broadcasts 3");
        assertThat(connections.exitCode())
                .as(connections.out() + connections.err())
                .isZero();
        assertThat(connections.out()).contains("memory per connection ", "message to all ");

        Result churn = shell.run("bin/sluice load-test churn --rate 2000" + SHORT);
        assertThat(churn.exitCode()).as(churn.out() + churn.err()).isZero();
        assertThat(churn.out()).contains("visits ");

        Result queue = shell.run("bin/sluice load-test queue" + SHORT);
        assertThat(queue.exitCode()).as(queue.out() + queue.err()).isZero();
    }

    @Test
    void failuresHaveTheirExitCodes() throws Exception {
        Result nobody = shell.run("bin/sluice load-test latency --port 1");
        assertThat(nobody.exitCode()).isEqualTo(3);
        assertThat(nobody.err()).contains("cannot connect to 127.0.0.1:1");

        Result usage = shell.run("bin/sluice load-test throughput --size 1");
        assertThat(usage.exitCode()).isEqualTo(2);

        Result cannotStart = shell.run("SLUICE_CONF_NO_SUCH_KEY=1 bin/sluice load-test throughput");
        assertThat(cannotStart.exitCode()).isEqualTo(1);
        assertThat(cannotStart.err()).contains("the broker did not start, exit code 2", "NO_SUCH_KEY");

        Result help = shell.run("bin/sluice help load-test; bin/sluice --help");
        assertThat(help.out()).contains("slow-subscribers ", "load-test   Measures a broker.");
    }

    @Test
    void anInterruptShowsWhatWasMeasuredAndEndsWhatWasStarted() throws Exception {
        String terminal = "env --default-signal=INT bin/sluice load-test throughput --limit --runs 100 --warm-up 0 "
                + "--duration 500ms --json a.json";
        // A terminal on standard error only, so that progress is seen.
        Running running = shell.start("exec env JAVA_TOOL_OPTIONS=-Dsluice.stderr.terminal=true " + terminal);
        await().atMost(TIMEOUT).until(() -> running.err().contains("(run 3 of 200)"));
        List<ProcessHandle> children = running.process().descendants().toList();
        assertThat(children).hasSizeGreaterThanOrEqualTo(2);

        new ProcessBuilder("kill", "-INT", Long.toString(running.process().pid()))
                .start()
                .waitFor();
        Result result = running.await(30);

        assertThat(result.exitCode()).isEqualTo(130);
        assertThat(result.err()).contains("interrupted: what follows is what was measured until then");
        assertThat(result.out()).contains("\n  sluice  ", "\n  limit  ").doesNotContain("PROBLEM");
        assertThat(Files.readString(folder.resolve("a.json"))).contains("\"pair\" : 1");
        await().atMost(TIMEOUT).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    private static void assertNothingIsLeft() {
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .as("processes that the load test started")
                .isEmpty();
    }
}
