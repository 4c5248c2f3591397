package io.sluice.systemtest;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** HTTP clients that send their request one byte a second, and come again when they are closed ("slowloris"). */
final class SlowClients implements AutoCloseable {
    private static final byte[] REQUEST =
            ("GET /readyz HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(4000)).getBytes(StandardCharsets.US_ASCII);
    private static final long PERIOD_MS = 1000;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final InetSocketAddress address;
    private final @Nullable SocketChannel[] clients;
    private final int[] sent;
    private final Thread thread = new Thread(this::run, "slow clients");
    private volatile boolean stopping;
    private final AtomicInteger rounds = new AtomicInteger();
    private final AtomicLong closed = new AtomicLong();

    SlowClients(int port, int count) {
        address = new InetSocketAddress("127.0.0.1", port);
        clients = new SocketChannel[count];
        sent = new int[count];
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Waits until each has sent so many bytes, on whichever connection. */
    void awaitRounds(int count) {
        await("bytes of slow clients").atMost(TIMEOUT).until(() -> rounds.get() >= count);
    }

    /** How often one of them was closed by the broker. */
    long closed() {
        return closed.get();
    }

    private void run() {
        ByteBuffer in = ByteBuffer.allocate(4096);
        while (!stopping) {
            long beganNs = System.nanoTime();
            for (int i = 0; i < clients.length && !stopping; i++) {
                send(i, in);
            }
            rounds.incrementAndGet();
            long leftMs = PERIOD_MS - (System.nanoTime() - beganNs) / 1_000_000;
            try {
                Thread.sleep(Math.max(1, leftMs));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void send(int i, ByteBuffer in) {
        try {
            SocketChannel client = clients[i];
            if (client == null) {
                client = SocketChannel.open(address);
                client.configureBlocking(false);
                clients[i] = client;
                sent[i] = 0;
            }
            in.clear();
            if (client.read(in) < 0) {
                throw new IOException("closed");
            }
            client.write(ByteBuffer.wrap(REQUEST, sent[i]++ % REQUEST.length, 1));
        } catch (IOException e) {
            closed.incrementAndGet();
            close(i);
        }
    }

    private void close(int i) {
        SocketChannel client = clients[i];
        clients[i] = null;
        if (client != null) {
            try {
                client.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.interrupt();
        thread.join();
        for (int i = 0; i < clients.length; i++) {
            close(i);
        }
    }
}
