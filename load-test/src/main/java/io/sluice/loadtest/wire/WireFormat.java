package io.sluice.loadtest.wire;

import io.netty.buffer.ByteBuf;

/** How a broker is spoken to: everything the generator needs of a protocol. One instance serves all connections. */
public interface WireFormat {
    /** The longest payload that a decoder takes, in bytes, with what stands around it. */
    int MAX_PAYLOAD_BYTES = 65 * 1024 * 1024;

    /** "native", "nats", "redis", "mqtt": what {@code --protocol} takes. */
    String name();

    /** 25000, 4222, 6379, 1883. */
    int defaultPort();

    /** Whether it has something where each message goes to one of several subscribers. */
    boolean hasQueues();

    /** Whether the broker says when a connection or a subscription holds: {@link Sink#onReady} is called. */
    boolean confirms();

    /** The name of a destination in this protocol. */
    String destination(String name, int number, boolean queue);

    /** What a publisher sends first. */
    void openPublisher(ByteBuf out, String clientId);

    /** What a subscriber sends first. */
    void openSubscriber(ByteBuf out, String clientId, String destination, boolean queue);

    /**
     * Begins a message: all but the payload, which the caller writes next ({@code payloadBytes} of it), and then calls
     * {@link #endMessage}. {@code destination} is what {@link #encodeDestination} gave.
     */
    void beginMessage(ByteBuf out, byte[] destination, int payloadBytes);

    void endMessage(ByteBuf out);

    /** A destination prepared for {@link #beginMessage}. */
    byte[] encodeDestination(String destination);

    /** What a client that leaves in order sends last; nothing where closing is all. */
    void close(ByteBuf out);

    /**
     * A decoder for what one connection receives; it keeps the state between reads.
     *
     * @param subscriber whether the connection subscribes: then only the subscription's confirmation makes it ready
     */
    Inbound newInbound(boolean subscriber);

    /** Finds what the broker sent. Not thread-safe; belongs to one connection. */
    interface Inbound {
        /** Takes what it can of {@code in} and moves its reader index; an unfinished rest stays for the next call. */
        void decode(ByteBuf in, Sink sink) throws WireException;
    }

    /** Takes what an {@link Inbound} found. */
    interface Sink {
        /** A message: its payload lies in {@code buffer}, only during the call. */
        void onPayload(ByteBuf buffer, int index, int length);

        /** The broker has confirmed the connection (publisher) or the subscription; protocols that confirm nothing never say so. */
        void onReady();

        /** The broker wants an answer (a ping): write it out. */
        void reply(ByteBuf bytes);
    }
}
