package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTestTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | unknown scenario 'nonsense'",
                "throughput extra | unexpected argument 'extra'",
                "throughput --publishers 0 | --publishers 0 is not between 1 and 1000",
                "throughput --publishers x | 'x' is not a whole number",
                "throughput --subscribers 10001 | --subscribers 10001 is not between",
                "throughput --destinations 2 | --destinations 2 is more than --subscribers 1",
                "throughput --window 0 | --window 0 is not between 1 and 10000000",
                "throughput --window 10 --no-window | --window and --no-window exclude each other",
                "throughput --window 10 --rate 5 | --window 10 has no effect beside a rate of 5 messages a second",
                "latency --window 10 | --window 10 has no effect beside a rate of 10000 messages a second",
                "throughput --runs 0 | --runs 0 is not between 1 and 1000",
                "throughput --rate -1 | --rate -1 is not between 0 and 1000000000",
                "throughput --rate NaN | 'NaN' is not a whole number",
                "throughput --size 15 | 16 B",
                "throughput --size many | not a size",
                "throughput --duration 1ms | --duration 1 ms is not at least 100 ms",
                "throughput --duration soon | 'soon' is no span of time",
                "throughput --protocol amqp -p 1 | the protocol \"amqp\" is not spoken here",
                "throughput --protocol nats | --protocol nats needs the --port of the broker",
                "throughput --pid 1 | --pid 1 needs the --port of the broker",
                "throughput --host elsewhere | --host elsewhere needs the --port of the broker",
                "throughput -p 1 --pid 999999999 | there is no process 999999999",
                "throughput -p 0 | port 0 is not between 1 and 65535",
                "throughput -p 1 --against nats | --against nats is not PROTOCOL=HOST:PORT",
                "throughput -p 1 --against nats=x:y | 'y' is not a port",
                "throughput -p 1 --against nats=x:1/z | 'z' is no process",
                "throughput -p 1 --against native=x:1 | two targets are called sluice",
                "throughput -p 1 --target-name limit | two targets are called limit",
                "queue -p 1 --protocol redis | redis has no queues",
                "latency -p 1 --rate 0 | --rate 0 has no intended times",
                "slow-subscribers -p 1 --stalled 0 | --stalled 0 is not between",
                "slow-subscribers -p 1 --stop-after 2s --resume-after 1s | --resume-after 1 s is not after --stop-after 2 s",
                "slow-subscribers -p 1 --resume-after 5s | --duration 5 s is over before --resume-after 5 s",
                "churn -p 1 --visits 0 | --visits 0 is not between 1 and 10000",
                "connections -p 1 --connections 0 | --connections 0 is not between",
                "throughput -p 1 --json /no/such/folder/a.json | --json /no/such/folder/a.json cannot be made",
                "throughput -p 1 --html / | --html / is a folder",
                "compare | Missing required parameter",
            })
    void wrongUsageIsToldInOneLine(String arguments, String text) {
        Command command = Command.run(arguments.split(" "));

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err())
                .contains(text)
                .contains("; see: sluice load-test")
                .hasLineCount(1);
    }

    @Test
    void withoutAnInstallationNoBrokerCanBeStarted() {
        Command command = Command.run("throughput");

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("run bin/sluice load-test, or give the --port of a broker");
    }

    @Test
    void whereNobodyListensTheAddressIsTold() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Command command = Command.run("throughput", "--port", Integer.toString(port));

        assertThat(command.exitCode()).isEqualTo(ExitCode.CANNOT_CONNECT);
        assertThat(command.err())
                .contains("cannot connect to 127.0.0.1:" + port + ": ")
                .hasLineCount(1);

        Command unknown = Command.run("throughput", "--port", "1", "--host", "no.such.host.invalid");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.CANNOT_CONNECT);
        assertThat(unknown.err()).contains("cannot connect to no.such.host.invalid:1: the name cannot be resolved");
    }

    @Test
    void aFileThatCannotBeWrittenIsToldBeforeAnythingIsConnected() {
        Path file = folder.resolve("missing").resolve("a.json");

        Command command = Command.run("throughput", "--port", "1", "--json", file.toString());

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("there is no folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throughput",
                "fan-out",
                "queue",
                "latency",
                "slow-subscribers",
                "churn",
                "connections",
                "soak",
                "guard"
            })
    void helpOfEachScenarioHasItsDefaults(String scenario) {
        Command help = Command.run(scenario, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out())
                .startsWith("Usage: sluice load-test " + scenario)
                .contains("--json=FILE", "(default: ", "130   ended by Ctrl-C")
                .doesNotContain("${", "null", "PT", "default: [");
    }

    @Test
    void whatCannotBeWrittenFailsTheCommandWithALine() {
        Command help = Command.runWritingTo(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("No space left on device");
                    }
                },
                "--help");

        assertThat(help.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(help.err()).isEqualTo("cannot write to standard output: No space left on device\n");
    }

    @Test
    void aReaderOfAPipeThatHasLeftIsNoFailure() throws Exception {
        Pipe pipe = Pipe.open();
        try (OutputStream out = Channels.newOutputStream(pipe.sink())) {
            pipe.source().close();
            Command help = Command.runWritingTo(out, "--help");

            assertThat(help.exitCode()).isZero();
            assertThat(help.err()).isEmpty();
        }
    }

    @Test
    void helpOfCompareNeedsNoFile() {
        Command help = Command.run("compare", "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).startsWith("Usage: sluice load-test compare").contains("--svg=FILE", "Exit codes:");
    }

    @Test
    void helpListsTheScenarios() {
        Command help = Command.run("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("throughput ", "slow-subscribers ", "compare ", "guard ");
        assertThat(Command.run("help", "queue").out()).startsWith("Usage: sluice load-test queue");
        assertThat(Command.run().exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Command.run().err()).startsWith("Usage: sluice load-test");
    }
}
