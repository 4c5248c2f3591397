package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.sluice.broker.config.BrokerConfig;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A topic with subscribers enough to share pages: each gets every byte in its place, however fast it reads. */
final class FanOutTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOPIC = "/topic/many";
    private static final int SUBSCRIBERS = 20;
    private static final int MESSAGES = 4_000;

    private static BrokerConfig config(String transport, String sendBuffer, int pageFiles) {
        return BrokerConfig.defaults()
                .with(Map.of(
                        "listen.port",
                        "0",
                        "transport.type",
                        transport,
                        "transport.send-buffer",
                        sendBuffer,
                        "transport.page-files",
                        Integer.toString(pageFiles),
                        "delivery.send-queue.max-bytes",
                        "256 MiB"));
    }

    /** From 16 bytes to some KiB, and now and then large; each byte says whose it is. */
    private static byte[] payload(int number) {
        int bytes = number % 1000 == 999 ? 300_000 : 16 + (number * 31 % 2_000);
        byte[] payload = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) (number * 7 + i);
        }
        return payload;
    }

    @ParameterizedTest
    @CsvSource({"epoll, 16 KiB, 16", "epoll, 0 B, 16", "epoll, 64 KiB, 1", "epoll, 0 B, 0", "nio, 16 KiB, 16"})
    void everybodyGetsEverythingInOrder(String transport, String sendBuffer, int pageFiles) throws Exception {
        assumeTrue(transport.equals("nio") || Epoll.isAvailable());
        long filesBefore = pageFiles();
        long mostFiles = 0;
        try (Broker broker = Broker.start(config(transport, sendBuffer, pageFiles))) {
            List<CompletableFuture<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                readers.add(subscribe(broker, i));
            }
            await().atMost(PATIENCE).until(() -> broker.counters().subscribers().size() == SUBSCRIBERS);
            try (Socket socket = new Socket(
                            broker.address().getAddress(), broker.address().getPort());
                    DataOutputStream out =
                            new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 18))) {
                frame(out, "/null".getBytes(StandardCharsets.UTF_8));
                for (int i = 0; i < MESSAGES; i++) {
                    frame(out, TOPIC.getBytes(StandardCharsets.UTF_8));
                    frame(out, payload(i));
                    if (i % 200 == 0) {
                        mostFiles = Math.max(mostFiles, pageFiles() - filesBefore);
                    }
                }
                out.writeInt(0);
                out.flush();
                for (CompletableFuture<Integer> reader : readers) {
                    reader.get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
                }
            }
            assertThat(readers)
                    .extracting(CompletableFuture::join)
                    .contains(MESSAGES)
                    .allMatch(read -> read >= 1_000);
            assertThat(mostFiles).as("open at a time").isLessThanOrEqualTo(pageFiles);
            boolean shares = transport.equals("epoll") && pageFiles > 0;
            assertThat(mostFiles > 0).as("pages were shared").isEqualTo(shares);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(broker.counters().pinnedBytes()).isZero());
        }
        assertThat(pageFiles()).as("files that stay open").isEqualTo(filesBefore);
    }

    /** One in four reads as fast as it can, one with pauses, one begins late, and one leaves in the middle. */
    private static CompletableFuture<Integer> subscribe(Broker broker, int number) throws IOException {
        Socket socket = new Socket();
        if (number % 4 == 1) {
            socket.setReceiveBufferSize(16 * 1024);
        }
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(broker.address());
        frame(new DataOutputStream(socket.getOutputStream()), TOPIC.getBytes(StandardCharsets.UTF_8));
        CompletableFuture<Integer> read = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (socket;
                            DataInputStream in =
                                    new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16))) {
                        Thread.sleep(number % 4 == 2 ? 500 : 0);
                        int last = number % 4 == 3 ? 1_000 : MESSAGES;
                        for (int i = 0; i < last; i++) {
                            assertThat(in.readNBytes(in.readInt()))
                                    .as("message %d of subscriber %d", i, number)
                                    .isEqualTo(payload(i));
                            if (number % 4 == 1 && i % 300 == 0) {
                                Thread.sleep(5);
                            }
                        }
                        read.complete(last);
                    } catch (Throwable e) {
                        read.completeExceptionally(e);
                    }
                },
                "reader-" + number);
        reader.setDaemon(true);
        reader.start();
        return read;
    }

    private static void frame(DataOutputStream out, byte[] content) throws IOException {
        out.writeInt(content.length);
        out.write(content);
    }

    /** The files of pages this process has open. */
    private static long pageFiles() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (Stream<Path> links = Files.list(descriptors)) {
            return links.filter(FanOutTest::isPageFile).count();
        }
    }

    private static boolean isPageFile(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().startsWith("/dev/shm/sluice-");
        } catch (IOException e) {
            // Closed meanwhile.
            return false;
        }
    }

    @Test
    void whoTakesNothingDoesNotCount() throws Exception {
        assumeTrue(Epoll.isAvailable());
        long before = pageFiles();
        try (Broker broker = Broker.start(config("epoll", "16 KiB", 16));
                NativeClient healthy = NativeClient.subscribe(broker, TOPIC);
                NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            List<NativeClient> stalled = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                stalled.add(NativeClient.subscribe(broker, TOPIC));
            }
            await().atMost(PATIENCE).until(() -> broker.counters().subscribers().size() == SUBSCRIBERS + 1);
            String text = "x".repeat(100_000);
            // Until the sockets of all of them are full.
            for (int i = 0; i < 100; i++) {
                publisher.publish(TOPIC, text);
                assertThat(healthy.receive()).isEqualTo(text);
            }
            broker.reload(config("epoll", "16 KiB", 0));
            broker.reload(config("epoll", "16 KiB", 16));
            assertThat(pageFiles()).isEqualTo(before);
            for (int i = 0; i < 20; i++) {
                publisher.publish(TOPIC, text);
                assertThat(healthy.receive()).isEqualTo(text);
            }
            assertThat(pageFiles()).as("a file for one reader").isEqualTo(before);
            for (NativeClient client : stalled) {
                client.close();
            }
        }
    }

    @Test
    void pagesAreGivenUpLiveAndTakenUpAgain() throws Exception {
        assumeTrue(Epoll.isAvailable());
        long before = pageFiles();
        try (Broker broker = Broker.start(config("epoll", "0 B", 16))) {
            List<NativeClient> subscribers = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                subscribers.add(NativeClient.subscribe(broker, TOPIC));
            }
            await().atMost(PATIENCE).until(() -> broker.counters().subscribers().size() == SUBSCRIBERS);
            try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
                String text = "x".repeat(100_000);
                for (int pageFiles : new int[] {16, 0, 16}) {
                    broker.reload(config("epoll", "0 B", pageFiles));
                    publisher.publish(TOPIC, text);
                    for (NativeClient subscriber : subscribers) {
                        assertThat(subscriber.receive()).isEqualTo(text);
                    }
                    await().atMost(PATIENCE)
                            .untilAsserted(() ->
                                    assertThat(broker.counters().pinnedBytes()).isZero());
                    assertThat(pageFiles() - before).isEqualTo(pageFiles == 0 ? 0 : 1);
                }
            }
            for (NativeClient subscriber : subscribers) {
                subscriber.close();
            }
        }
        assertThat(pageFiles()).isEqualTo(before);
    }
}
