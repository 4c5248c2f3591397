package plainsocket;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import plainsocket.PlainClient.Ending;
import plainsocket.PlainClient.Rest;

/**
 * What one check works with: connections that are closed after it, destinations of its own, threads beside it.
 *
 * <p>Belongs to the thread of the check, except {@link #connect} and {@link #sender}.
 */
final class Trial implements AutoCloseable {
    // Two runs against one broker must not meet, not even in what an interrupted run left in a queue.
    static final String RUN = UUID.randomUUID().toString().substring(0, 8);

    // Less than the handshake timeout, which would close a connection anyway.
    private static final long AT_ONCE_MS = 4_000;

    private final String host;
    private final int port;
    private final String name;
    private final ConcurrentLinkedQueue<PlainClient> clients = new ConcurrentLinkedQueue<>();
    private final AtomicInteger probes = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "beside the check");
        thread.setDaemon(true);
        return thread;
    });

    // Lazily connected; null until the first probe.
    private PlainClient doorbell;

    Trial(String host, int port, String name) {
        this.host = host;
        this.port = port;
        this.name = name;
    }

    /** A topic nobody else uses. */
    String topic(String suffix) {
        return "/topic/plainsocket/" + RUN + "/" + name + "/" + suffix;
    }

    /** A queue nobody else uses. */
    String queue(String suffix) {
        return "/queue/plainsocket/" + RUN + "/" + name + "/" + suffix;
    }

    /** A connection that has sent nothing yet. */
    PlainClient connect() throws IOException {
        return connect(0);
    }

    /** A connection that has sent nothing yet, with a receive buffer of so many bytes. */
    PlainClient connect(int receiveBufferBytes) throws IOException {
        PlainClient client = new PlainClient(host, port, receiveBufferBytes);
        clients.add(client);
        return client;
    }

    /** A connection that only publishes. */
    PlainClient sender() throws IOException {
        PlainClient client = connect();
        client.subscribe("/null");
        return client;
    }

    /** A connection whose subscription holds. */
    PlainClient subscriber(String destination) throws IOException, Failure {
        return subscriber(destination, 0);
    }

    /** A connection whose subscription holds, with a receive buffer of so many bytes. */
    PlainClient subscriber(String destination, int receiveBufferBytes) throws IOException, Failure {
        PlainClient client = connect(receiveBufferBytes);
        client.subscribe(destination);
        awaitRead(client);
        return client;
    }

    /**
     * Returns when the broker has read all that the client sent.
     *
     * <p>The protocol confirms nothing; but a connection is read in order, so when a probe sent last has come out at a
     * topic of this check, everything before it was read.
     */
    void awaitRead(PlainClient client) throws IOException, Failure {
        String bell = topic("bell");
        byte[] probe = PlainClient.utf8("probe " + probes.incrementAndGet());
        if (doorbell == null) {
            doorbell = connect();
            doorbell.subscribe(bell);
            doorbell.publish(bell, PlainClient.utf8("first"));
            Failure.unlessSame("first probe", PlainClient.utf8("first"), doorbell.receive());
        }
        client.publish(bell, probe);
        Failure.unlessSame("probe", probe, doorbell.receive());
    }

    /** Gives the broker time to read what was written before: a message goes there and back beside it. */
    void roundTrip() throws IOException, Failure {
        if (doorbell == null) {
            awaitRead(sender());
        } else {
            awaitRead(doorbell);
        }
    }

    /** Says goodbye for a sender; the end of stream confirms that all it sent was routed. */
    void settle(PlainClient sender) throws IOException, Failure {
        sender.goodbye();
        expectEnd(sender, "after goodbye");
    }

    /** Expects the end of stream after a goodbye, and nothing before it. */
    void expectEnd(PlainClient client, String what) throws IOException, Failure {
        Rest rest = client.receiveRest(20_000);
        if (!rest.frames().isEmpty() || rest.ending() != Ending.CLEAN) {
            throw new Failure(what + ": end of stream", rest.toString());
        }
    }

    /** Publishes the messages first to end - 1, and waits until the broker has routed them. */
    void publishSettled(String destination, int first, int end, int size) throws IOException, Failure {
        PlainClient sender = sender();
        Numbers.publish(sender, destination, first, end, size);
        settle(sender);
    }

    /** Publishes the end mark, and waits until the broker has routed it. */
    void publishEnd(String destination) throws IOException, Failure {
        PlainClient sender = sender();
        Numbers.publishEnd(sender, destination);
        settle(sender);
    }

    /** The broker closes at once, and says nothing before. */
    void expectClosed(PlainClient client, String what) throws IOException, Failure {
        expectClosed(client, what, AT_ONCE_MS);
    }

    /** The broker closes within the time, and says nothing before. */
    void expectClosed(PlainClient client, String what, long withinMs) throws IOException, Failure {
        Rest rest;
        try {
            rest = client.receiveRest(withinMs);
        } catch (SocketTimeoutException e) {
            throw new Failure(what + ": closed within " + withinMs + " ms", "an open connection");
        }
        if (!rest.frames().isEmpty() || rest.ending() == Ending.TORN) {
            throw new Failure(what + ": closed without a word", rest.toString());
        }
        client.close();
    }

    /** The subscriber's next message is one that is published now. */
    void expectAlive(PlainClient subscriber, String destination, String what) throws IOException, Failure {
        byte[] token = PlainClient.utf8("alive " + probes.incrementAndGet());
        PlainClient sender = sender();
        sender.publish(destination, token);
        Failure.unlessSame(what + ", next message", token, subscriber.receive());
        settle(sender);
    }

    /** Runs something beside the check. */
    <T> Future<T> beside(Callable<T> task) {
        return threads.submit(task);
    }

    /** The results of what ran beside the check, or what it threw. */
    static <T> List<T> results(List<Future<T>> futures, int seconds) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<T> results = new java.util.ArrayList<>();
        for (Future<T> future : futures) {
            try {
                results.add(future.get(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS));
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Exception thrown) {
                    throw thrown;
                }
                throw e;
            }
        }
        return results;
    }

    /** The result of what ran beside the check, within 60 s, or what it threw. */
    static <T> T result(Future<T> future) throws Exception {
        return results(List.of(future), 60).get(0);
    }

    /** Closes all connections, and ends the threads that wait for something else. */
    @Override
    public void close() {
        clients.forEach(PlainClient::close);
        threads.shutdownNow();
    }
}
