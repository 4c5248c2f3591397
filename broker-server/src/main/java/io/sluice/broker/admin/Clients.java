package io.sluice.broker.admin;

import io.netty.channel.Channel;
import io.sluice.broker.base.OwnLoop;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All connections of operators, up to a bound. One more takes the place of the one that has asked nothing for the longest
 * time: so whoever opens many and is slow with each cannot keep others out.
 */
@OwnLoop
final class Clients {
    private int max;
    private final Set<Channel> all = new LinkedHashSet<>();
    private final Set<Channel> silent = new LinkedHashSet<>();
    private final Set<EventStream> streams = new LinkedHashSet<>();
    private long unsentBytes;

    /** @param max how many there may be at once */
    Clients(int max) {
        this.max = max;
    }

    /** Changes how many there may be; those that are connected stay. */
    void setMax(int most) {
        max = most;
    }

    /** Takes a client in; false if there is no place for it. */
    boolean enter(Channel channel) {
        if (all.size() >= max) {
            Iterator<Channel> oldest = silent.iterator();
            if (!oldest.hasNext()) {
                return false;
            }
            Channel victim = oldest.next();
            leave(victim);
            victim.close();
        }
        all.add(channel);
        silent.add(channel);
        return true;
    }

    /** A client has gone. */
    void leave(Channel channel) {
        all.remove(channel);
        silent.remove(channel);
    }

    /** A client has asked something. */
    void asked(Channel channel) {
        silent.remove(channel);
    }

    /** A client has its answer. */
    void answered(Channel channel) {
        if (all.contains(channel)) {
            silent.add(channel);
        }
    }

    /** Takes room for an answer; false if clients have not taken too much of what they were told already. */
    boolean reserve(long bytes) {
        if (unsentBytes > 0 && unsentBytes + bytes > Limits.UNSENT_BYTES) {
            return false;
        }
        unsentBytes += bytes;
        return true;
    }

    /** An answer was taken, or its client has gone. */
    void release(long bytes) {
        unsentBytes -= bytes;
    }

    /**
     * Takes a place for a stream; false when all are taken. Who has shown the token gets the place of the first of those who have
     * not: however many look on without it, they cannot keep an operator out.
     */
    boolean enterStream(EventStream stream) {
        if (streams.size() >= maxStreams() && !(stream.isKnown() && endUnknown())) {
            return false;
        }
        return streams.add(stream);
    }

    private boolean endUnknown() {
        Optional<EventStream> first =
                streams.stream().filter(stream -> !stream.isKnown()).findFirst();
        first.ifPresent(stream -> {
            leaveStream(stream);
            stream.end();
        });
        return first.isPresent();
    }

    /** How many streams there may be: others than viewers are to be answered too. */
    int maxStreams() {
        return Math.max(1, Math.min(max / 2, Limits.STREAMS));
    }

    /** Gives the place back. */
    void leaveStream(EventStream stream) {
        streams.remove(stream);
    }

    /** Ends the streams of those who are not let in any more. */
    void recheckStreams() {
        List.copyOf(streams).forEach(EventStream::endUnlessLetIn);
    }
}
