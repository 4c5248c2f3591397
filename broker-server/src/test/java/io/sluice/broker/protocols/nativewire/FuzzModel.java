package io.sluice.broker.protocols.nativewire;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.metrics.CloseReason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a broker should make of its clients' bytes: a second reading of the specification, which shares nothing with the
 * broker's. Knows who is subscribed to what, and who closes when and why; only how a queue is shared out is left open.
 */
final class FuzzModel {
    static final long HANDSHAKE_TIMEOUT_MS = 5_000;
    static final long FRAME_TIMEOUT_MS = 2_000;
    static final long IDLE_TIMEOUT_MS = 3_000;
    static final long DRAIN_TIMEOUT_MS = 4_000;
    private static final int HEADER_BYTES = 4;
    private static final int MAX_NAME_BYTES = 1024;

    /** After these nothing of what was read last counts as unfinished. */
    private static final Set<CloseReason> REFUSALS = Set.of(
            CloseReason.FRAME_TOO_LONG,
            CloseReason.INVALID_NAME,
            CloseReason.DESTINATIONS,
            CloseReason.UNKNOWN_PROTOCOL);

    /** All payloads a queue was sent, in order. */
    final Map<String, List<byte[]>> queues = new HashMap<>();

    final Map<CloseReason, Long> closes = new EnumMap<>(CloseReason.class);
    long messages;
    long payloadBytes;
    long noSubscriber;
    long nowhere;

    /** Of unfinished frames, thrown away with their connections. */
    long unreadBytes;

    /** Of frames that had somewhere to go. */
    long keptBytes;

    private final Map<String, List<Client>> topics = new HashMap<>();
    private final int maxFrameBytes;
    private final int maxDestinations;

    FuzzModel(int maxFrameBytes, int maxDestinations) {
        this.maxFrameBytes = maxFrameBytes;
        this.maxDestinations = maxDestinations;
    }

    private boolean hasRoomFor(String name) {
        boolean exists = queues.containsKey(name) || topics.containsKey(name);
        return exists || topics.size() + queues.size() < maxDestinations;
    }

    private void publish(String name, byte[] payload) {
        messages++;
        payloadBytes += payload.length;
        if (name.equals("/null")) {
            nowhere++;
        } else if (isQueue(name)) {
            queues.get(name).add(payload);
            keptBytes += HEADER_BYTES + payload.length;
        } else if (topics.containsKey(name)) {
            keptBytes += HEADER_BYTES + payload.length;
            topics.get(name).forEach(subscriber -> subscriber.expected.add(payload));
        } else {
            noSubscriber++;
        }
    }

    static boolean isQueue(@Nullable String name) {
        return name != null && (name.equals("/queue") || name.startsWith("/queue/"));
    }

    /** The name, or null if it breaks a rule. */
    private static @Nullable String name(byte[] utf8) {
        String name;
        try {
            name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        boolean allowed = !name.isEmpty()
                && !name.startsWith("$")
                && name.chars().noneMatch(Character::isISOControl)
                && Arrays.stream(name.split("/", -1)).noneMatch(segment -> segment.matches("[*#+>]"));
        return allowed ? name : null;
    }

    /** One client: what it has sent so far, and what follows from it. */
    final class Client {
        /** What it must get as subscriber of a topic. */
        final List<byte[]> expected = new ArrayList<>();

        private final byte[] stream;
        private final long createdMs;
        private int sent;
        private int understood;
        private long readMs;
        private long goodbyeMs;
        private boolean saidGoodbye;
        private @Nullable String subscribedTo;
        private @Nullable String destination;
        private @Nullable CloseReason closed;

        Client(byte[] stream, long nowMs) {
            this.stream = stream;
            this.createdMs = nowMs;
            this.readMs = nowMs;
        }

        /** So many more bytes of its stream are read, into a buffer. */
        void read(int bytes, long nowMs, ByteBuf into) {
            into.writeBytes(stream, sent, bytes);
            sent += bytes;
            if (saidGoodbye || closed != null) {
                return;
            }
            readMs = nowMs;
            if (sent > 0 && stream[0] != 0 || sent > 1 && stream[1] != 0) {
                close(CloseReason.UNKNOWN_PROTOCOL);
            }
            while (closed == null && !saidGoodbye && sent - understood >= HEADER_BYTES) {
                long length = ByteBuffer.wrap(stream).getInt(understood) & 0xffff_ffffL;
                if (length > maxFrameBytes) {
                    close(CloseReason.FRAME_TOO_LONG);
                } else if (destination == null && length > MAX_NAME_BYTES) {
                    close(CloseReason.INVALID_NAME);
                } else if (sent - understood - HEADER_BYTES >= length) {
                    int from = understood + HEADER_BYTES;
                    understood = from + (int) length;
                    frame(Arrays.copyOfRange(stream, from, understood), nowMs);
                } else {
                    return;
                }
            }
        }

        private void frame(byte[] content, long nowMs) {
            String to = destination;
            if (to != null) {
                destination = null;
                publish(to, content);
            } else if (subscribedTo != null && content.length == 0) {
                saidGoodbye = true;
                goodbyeMs = nowMs;
                leave();
            } else {
                named(name(content));
            }
        }

        private void named(@Nullable String name) {
            if (name == null) {
                close(CloseReason.INVALID_NAME);
                return;
            }
            boolean subscribes = subscribedTo == null;
            if (subscribes) {
                subscribedTo = name;
            } else {
                destination = name;
            }
            boolean creates = isQueue(name) || subscribes && !name.equals("/null");
            if (creates && !hasRoomFor(name)) {
                close(CloseReason.DESTINATIONS);
            } else if (isQueue(name)) {
                queues.computeIfAbsent(name, unused -> new ArrayList<>());
            } else if (creates) {
                topics.computeIfAbsent(name, unused -> new ArrayList<>()).add(this);
            }
        }

        /** It has ended its side of the stream. */
        void endInput() {
            if (!saidGoodbye && closed == null) {
                close(unfinishedBytes() > 0 || destination != null ? CloseReason.CUT_OFF : CloseReason.LEFT);
            }
        }

        /** It has reset the connection. */
        void reset() {
            if (closed == null) {
                close(CloseReason.RESET);
            }
        }

        /** Why it must have been closed at a time, or null. */
        @Nullable
        CloseReason overdueAt(long nowMs) {
            if (saidGoodbye) {
                return nowMs - goodbyeMs > DRAIN_TIMEOUT_MS ? CloseReason.GOODBYE : null;
            }
            if (subscribedTo == null && nowMs - createdMs > HANDSHAKE_TIMEOUT_MS) {
                return CloseReason.HANDSHAKE_TIMEOUT;
            }
            if (!isDetected()) {
                return null;
            }
            if (unfinishedBytes() > 0 && nowMs - readMs > FRAME_TIMEOUT_MS) {
                return CloseReason.FRAME_TIMEOUT;
            }
            return nowMs - readMs > IDLE_TIMEOUT_MS ? CloseReason.IDLE_TIMEOUT : null;
        }

        /** The last millisecond at which it may be open if it sends no more. */
        long deadlineMs() {
            if (saidGoodbye) {
                return goodbyeMs + DRAIN_TIMEOUT_MS;
            }
            long handshakeMs = subscribedTo == null ? createdMs + HANDSHAKE_TIMEOUT_MS : Long.MAX_VALUE;
            long silenceMs = readMs + (unfinishedBytes() > 0 ? FRAME_TIMEOUT_MS : IDLE_TIMEOUT_MS);
            return isDetected() ? Math.min(handshakeMs, silenceMs) : handshakeMs;
        }

        /** It has been closed, by whomever. */
        void close(CloseReason reason) {
            closed = reason;
            closes.merge(reason, 1L, Long::sum);
            if (isDetected() && !REFUSALS.contains(reason)) {
                unreadBytes += unfinishedBytes();
            }
            leave();
        }

        private void leave() {
            List<Client> subscribers = topics.get(subscribedTo);
            if (subscribers != null && subscribers.remove(this) && subscribers.isEmpty()) {
                topics.remove(subscribedTo);
            }
        }

        /** Whether the protocol is known, which takes two bytes. */
        boolean isDetected() {
            return sent >= 2;
        }

        /** How much was read of a frame that is not complete. */
        int unfinishedBytes() {
            return saidGoodbye ? 0 : sent - understood;
        }

        int unsentBytes() {
            return stream.length - sent;
        }

        boolean hasHandshake() {
            return subscribedTo != null;
        }

        boolean hasSaidGoodbye() {
            return saidGoodbye;
        }

        @Nullable
        String subscribedTo() {
            return subscribedTo;
        }

        @Nullable
        CloseReason closed() {
            return closed;
        }
    }
}
