package io.sluice.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One thread that reads and writes the sockets of many load clients.
 *
 * <p>Clients that have nothing to do at the moment are asked again when the loop is {@linkplain #poke poked}, and every
 * few milliseconds, so that what they send, and how much they read, may depend on the time.
 */
final class LoadLoop implements AutoCloseable {
    private static final long ASK_AGAIN_MS = 2;
    private static final long IDLE_MS = 1000;

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean poked = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<LoadClient> clients = new ArrayList<>();
    private volatile boolean closed;

    LoadLoop(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::run, "load-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Makes the loop ask its clients whether they have something to do. */
    void poke() {
        if (!poked.getAndSet(true)) {
            selector.wakeup();
        }
    }

    void execute(Runnable task) {
        tasks.add(task);
        poke();
    }

    /** Throws what the first client that failed has failed with. */
    void check() {
        Throwable first = failure.get();
        if (first != null) {
            throw new AssertionError("a load client failed: " + first.getMessage(), first);
        }
    }

    void failed(Throwable cause) {
        failure.compareAndSet(null, cause);
    }

    Selector selector() {
        return selector;
    }

    void add(LoadClient client) {
        clients.add(client);
    }

    void remove(LoadClient client) {
        clients.remove(client);
    }

    private void run() {
        try {
            while (!closed) {
                poked.set(false);
                runTasks();
                boolean progress = false;
                boolean hungry = false;
                for (int i = clients.size() - 1; i >= 0; i--) {
                    LoadClient client = clients.get(i);
                    client.readOn();
                    progress |= client.send();
                    hungry |= client.mayHaveMore();
                }
                if (progress || poked.get()) {
                    selector.selectNow();
                } else {
                    selector.select(hungry ? ASK_AGAIN_MS : IDLE_MS);
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    ((LoadClient) key.attachment()).ready(key);
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
        } finally {
            List.copyOf(clients).forEach(LoadClient::closeNow);
        }
    }

    private void runTasks() {
        Runnable task;
        while ((task = tasks.poll()) != null) {
            task.run();
        }
    }

    /** Closes all its clients. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
