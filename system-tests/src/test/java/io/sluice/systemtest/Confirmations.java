package io.sluice.systemtest;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Tells when subscriptions hold. The protocol does not confirm them, so each subscriber publishes a message behind its
 * subscription, on the same connection, to a topic that is listened to here.
 */
final class Confirmations implements Inbox, AutoCloseable {
    private static final String TOPIC = "/topic/confirmations";
    private static final byte[] PAYLOAD = {1};

    private final LoadLoop loop;
    private final BrokerProcess broker;
    private final LoadClient listener;
    private int expected;
    private volatile int came;

    Confirmations(LoadLoop loop, BrokerProcess broker) throws IOException {
        this.loop = loop;
        this.broker = broker;
        this.listener = LoadClient.open(loop, broker, 0, join(LoadClient.frame(TOPIC), probe()), Feed.NOTHING, this);
        expected = 1;
        await();
    }

    /** A subscriber that publishes nothing else. */
    LoadClient subscriber(String destination, Inbox inbox) throws IOException {
        return subscriber(destination, 0, Feed.NOTHING, inbox);
    }

    /** @param receiveBufferBytes of its socket; 0 leaves it to the system */
    LoadClient subscriber(String destination, int receiveBufferBytes, Feed feed, Inbox inbox) throws IOException {
        expected++;
        byte[] first = join(LoadClient.frame(destination), probe());
        return LoadClient.open(loop, broker, receiveBufferBytes, first, feed, inbox);
    }

    /** Waits until all subscriptions hold that were made here. */
    void await() {
        LoadRun.await("subscriptions hold", loop).until(() -> came == expected);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // By the loop alone.
    public void message(byte[] bytes, int offset, int length) {
        came++;
    }

    private static byte[] probe() {
        byte[] destination = LoadClient.frame(TOPIC);
        return ByteBuffer.allocate(destination.length + 4 + PAYLOAD.length)
                .put(destination)
                .putInt(PAYLOAD.length)
                .put(PAYLOAD)
                .array();
    }

    private static byte[] join(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    @Override
    public void close() {
        listener.close();
    }
}
