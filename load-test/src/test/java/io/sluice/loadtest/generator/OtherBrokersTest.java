package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real NATS, Redis and Mosquitto, where they are installed. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherBrokersTest {
    @TempDir
    Path directory;

    private Process broker;

    @AfterEach
    void stop() throws InterruptedException {
        if (broker != null) {
            broker.destroy();
            assertThat(broker.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Starts a program on a free port; skips the test if it is not installed. */
    private int start(String program, List<String> arguments, String config) throws IOException {
        String path = List.of("/usr/sbin/", "/usr/bin/", "/usr/local/bin/").stream()
                .map(folder -> folder + program)
                .filter(file -> new File(file).canExecute())
                .findFirst()
                .orElse(null);
        assumeTrue(path != null, program + " is not installed");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path file = Files.writeString(directory.resolve("config"), config.replace("PORT", "" + port));
        List<String> command = new ArrayList<>(List.of(path));
        for (String argument : arguments) {
            command.add(argument.replace("PORT", "" + port).replace("FILE", file.toString()));
        }
        broker = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> accepts(port));
        return port;
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private int nats() throws IOException {
        return start("nats-server", List.of("-a", "127.0.0.1", "-p", "PORT"), "");
    }

    private static void assertComplete(Measurement measurement, int copies) {
        assertThat(measurement.error()).isEmpty();
        assertThat(measurement.published()).isPositive();
        assertThat(measurement.delivered()).isEqualTo(copies * measurement.published());
        assertThat(measurement.lost() + measurement.duplicated() + measurement.reordered() + measurement.foreign())
                .isZero();
    }

    @Test
    void natsDeliversToAll() throws Exception {
        assertComplete(new Loads(nats()).wire("nats").connections(2, 3, 1).run(), 3);
    }

    @Test
    void natsSharesAmongAQueueGroup() throws Exception {
        assertComplete(
                new Loads(nats()).wire("nats").queue().connections(2, 3, 1).run(), 1);
    }

    @Test
    void redisDeliversToAll() throws Exception {
        int port = start(
                "redis-server",
                List.of("--port", "PORT", "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"),
                "");
        assertComplete(new Loads(port).wire("redis").connections(2, 3, 1).run(), 3);
    }

    @Test
    void mosquittoDeliversToAll() throws Exception {
        int port = start(
                "mosquitto",
                List.of("-c", "FILE"),
                "listener PORT 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n");
        assertComplete(
                new Loads(port).wire("mqtt").connections(2, 3, 1).window(64).run(), 3);
    }

    @Test
    void seesThatTheBrokerClosesAReaderThatDoesNotRead() throws Exception {
        int port = start(
                "nats-server",
                List.of("-c", "FILE"),
                "listen: \"127.0.0.1:PORT\"\nwrite_deadline: \"300ms\"\nmax_pending: 1048576\n");
        Measurement measurement = new Loads(port)
                .wire("nats")
                .sizes("1 KiB")
                .slow(SlowReader.stalled())
                .duration(Duration.ofSeconds(1))
                .run();

        assertComplete(measurement, 1);
        assertThat(measurement.slowDisconnected()).isEqualTo(1);
        assertThat(measurement.slowMissed()).isPositive();
    }
}
