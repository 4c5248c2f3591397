package io.sluice.broker.session;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.base.Shown;
import io.sluice.broker.delivery.DeliveryEncoder;
import io.sluice.broker.delivery.SendQueue;
import io.sluice.broker.delivery.SendQueueSettings;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.message.BatchBuilder;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.ClientActivity;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.OwnedCounter;
import io.sluice.broker.metrics.SlowEpisode;
import io.sluice.broker.metrics.SubscriberSnapshot;
import io.sluice.broker.transport.ClientView;
import io.sluice.broker.transport.Connection;
import io.sluice.protocol.DestinationNames;
import io.sluice.protocol.NativeFrames;
import io.sluice.protocol.PublishRun;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One client from connect to disconnect: what it is subscribed to, what it publishes, and how it leaves.
 *
 * <p>Belongs to the event loop of its connection, but for what is marked otherwise. A protocol calls
 * {@link #publishTo} and {@link #message} for what a read brought, then {@link #endOfRead}; messages to one destination
 * that came in one read are routed together.
 */
@OwnLoop
public final class Session implements ClientView {
    /** Frames from this size on are batches of their own. */
    private static final int LARGE_BYTES = 16 * 1024;

    private static final int IN_FLIGHT_BYTES = 256 * 1024;

    /** Half a second each; between any two its loop reads what there is. So many without a read: silent for a second. */
    private static final int SILENT_TICKS = 3;

    /** Little, for those whose unsent messages are worth having back. */
    private static final int SHORT_IN_FLIGHT_BYTES = 64 * 1024;

    private final Connection connection;
    private final DeliveryEncoder encoder;
    private final SessionContext context;
    private final PublisherGate gate;
    private final BatchBuilder builder;
    private int maxRunFrameBytes;

    private @Nullable DestinationName publishName;
    private @Nullable Destination publishDestination;
    private @Nullable PublishRun publishRun;
    private long creationsSeen;
    private long unroutedMessages;
    private long unroutedBytes;
    private long goodbyeUntilNs;
    private int ticksWithoutRead;
    private boolean released;
    private long releaseUntilNs;
    private long releasePatienceNs;
    private boolean ended;
    private @Nullable DeliveryRules rulesTaken;

    /** Whether what is unsent for it is worth having back. */
    private boolean keepsLittle;

    private volatile @Nullable SendQueue sendQueue;
    private volatile @Nullable DestinationName subscribedTo;
    private volatile @Nullable DestinationName publishedTo;
    private volatile int unfinishedBytes;
    private volatile boolean closed;

    private final OwnedCounter messagesIn = new OwnedCounter();
    private final OwnedCounter bytesIn = new OwnedCounter();

    /** What it held when it was closed to make room. */
    private final AtomicLong closingBytes = new AtomicLong();

    /** @param maxPayloadBytes the longest payload that the protocol takes */
    public Session(Connection connection, DeliveryEncoder encoder, int maxPayloadBytes, SessionContext context) {
        this.connection = connection;
        this.encoder = encoder;
        this.maxRunFrameBytes = maxRunFrameBytes(maxPayloadBytes);
        this.context = context;
        this.gate = new PublisherGate(connection, context.memoryPushBack(), context.clock());
        this.builder = new BatchBuilder(context.allocator(), context.memory());
        connection.setClient(this);
        context.sessions().add(this);
        if (context.sessions().isStopping()) {
            stopPublishing();
        }
    }

    private static int maxRunFrameBytes(int maxPayloadBytes) {
        return Math.min(LARGE_BYTES - 1, NativeFrames.HEADER_BYTES + maxPayloadBytes);
    }

    /**
     * The broker's settings have changed: takes those over that it has copies of.
     *
     * @param maxPayloadBytes the longest payload that the protocol takes now
     */
    public void takeSettings(int maxPayloadBytes) {
        maxRunFrameBytes = maxRunFrameBytes(maxPayloadBytes);
        publishRun = null;
        SendQueue queue = sendQueue;
        DestinationName name = subscribedTo;
        if (queue == null || name == null) {
            return;
        }
        boolean keptLittle = keepsLittle;
        DeliveryRules rules = context.settings().rules();
        if (rules != rulesTaken) {
            SendQueueSettings settings = settingsBy(rules, name);
            queue.change(settings, inFlightBytes());
        }
        if (keptLittle || keepsLittle) {
            limitUnsent();
        }
    }

    private SendQueueSettings settingsBy(DeliveryRules rules, DestinationName name) {
        SendQueueSettings settings = rules.forSubscriber(name);
        rulesTaken = rules;
        keepsLittle = name.kind() == DestinationKind.QUEUE || settings.policy().keepsOnlyLatest();
        return settings;
    }

    // ---------------------------------------------------------------- subscribing

    /** Subscribes to the name in a buffer; false if it must not, and the connection is being closed. */
    public boolean subscribe(ByteBuf buffer, int index, int length) {
        DestinationName name = nameOrClose(buffer, index, length);
        if (name == null) {
            return false;
        }
        connection.handshakeDone();
        return name.kind() == DestinationKind.NOWHERE || subscribe(name);
    }

    private boolean subscribe(DestinationName name) {
        SendQueueSettings settings = settingsBy(context.settings().rules(), name);
        boolean ofQueue = name.kind() == DestinationKind.QUEUE;
        SendQueue queue = new SendQueue(
                connection,
                name.toString(),
                encoder,
                settings,
                ofQueue,
                inFlightBytes(),
                context.slowLines(),
                context.clock());
        if (keepsLittle) {
            limitUnsent();
        }
        Destination destination = context.destinations().subscribe(name, queue);
        if (destination == null) {
            closeForDestinations(name);
            return false;
        }
        queue.attach(destination);
        subscribedTo = name;
        sendQueue = queue;
        return true;
    }

    private int inFlightBytes() {
        return keepsLittle ? SHORT_IN_FLIGHT_BYTES : IN_FLIGHT_BYTES;
    }

    private void limitUnsent() {
        connection.limitUnsent(keepsLittle ? context.settings().transport().unsentLowWaterBytes() : 0);
    }

    private @Nullable DestinationName nameOrClose(ByteBuf buffer, int index, int length) {
        String problem = DestinationNames.problem(buffer, index, length);
        if (problem != null) {
            connection.close(CloseReason.INVALID_NAME, problem);
            return null;
        }
        return DestinationName.of(buffer, index, length);
    }

    private void closeForDestinations(DestinationName name) {
        connection.close(
                CloseReason.DESTINATIONS,
                "there is no room for one more destination, " + Shown.whole(name.toString())
                        + "; raise destinations.max or use fewer");
    }

    // ---------------------------------------------------------------- publishing

    /** The messages that follow go to the name in a buffer; false if they must not, and the connection is being closed. */
    public boolean publishTo(ByteBuf buffer, int index, int length) {
        DestinationName name = publishName;
        if (name != null && name.matches(buffer, index, length)) {
            if (publishRun == null) {
                // Twice in a row: it is worth it.
                publishRun = name.newRun(maxRunFrameBytes);
            }
            return publishDestination != null || findAgain(name);
        }
        routeBuilt();
        name = nameOrClose(buffer, index, length);
        publishName = name;
        publishRun = null;
        return name != null && find(name);
    }

    /**
     * Messages to the destination named last, as native frames in pairs of its name and a payload: takes as many as there
     * are in a row.
     *
     * @return where the first frame begins that was not taken; {@code index} if none
     */
    public int publishRun(ByteBuf frames, int index, int end) {
        int from = index;
        PublishRun run = publishRun;
        while (run != null && publishDestination != null && !connection.isClosing()) {
            from = builder.addRun(run, frames, from, end);
            if (!run.isOutFull()) {
                break;
            }
            routeBuilt();
        }
        return from;
    }

    /** A topic without subscribers may have got one since it was last looked up. */
    private boolean findAgain(DestinationName name) {
        return name.kind() == DestinationKind.NOWHERE
                || creationsSeen == context.destinations().creations()
                || find(name);
    }

    private boolean find(DestinationName name) {
        creationsSeen = context.destinations().creations();
        switch (name.kind()) {
            case QUEUE:
                publishDestination = context.destinations().findOrCreate(name);
                if (publishDestination == null) {
                    closeForDestinations(name);
                    return false;
                }
                return true;
            case TOPIC:
                publishDestination = context.destinations().find(name);
                return true;
            default:
                publishDestination = null;
                return true;
        }
    }

    /**
     * A message to the destination named last.
     *
     * @param frames holds its native frame at {@code index}, header included
     * @param keepable whether the buffer may be kept alive instead of copied
     */
    public void message(ByteBuf frames, int index, int length, boolean keepable) {
        if (publishDestination == null && !isFoundNow()) {
            unroutedMessages++;
            unroutedBytes += length;
            return;
        }
        int frameBytes = NativeFrames.HEADER_BYTES + length;
        boolean large = frameBytes >= LARGE_BYTES;
        if (large || !builder.hasRoomFor(frameBytes)) {
            routeBuilt();
        }
        if (large) {
            route(builder.buildOne(
                    frames, index, frameBytes, keepable, context.clock().nowNs()));
        } else {
            builder.add(frames, index, frameBytes);
        }
    }

    /** Somebody may have subscribed to the topic while the payload was on its way. */
    private boolean isFoundNow() {
        return publishName != null && findAgain(publishName) && publishDestination != null;
    }

    /** Routes what the read brought. */
    public void endOfRead() {
        ticksWithoutRead = 0;
        routeBuilt();
    }

    /** Something went wrong in the middle of a read: what it brought and is not routed is thrown away. */
    public void abandonRead() {
        builder.discard();
    }

    private void routeBuilt() {
        if (!builder.isEmpty()) {
            route(builder.build(context.clock().nowNs()));
        }
        if (unroutedMessages > 0) {
            boolean nowhere = publishName != null && publishName.kind() == DestinationKind.NOWHERE;
            countReceived(unroutedMessages, unroutedBytes);
            context.counters()
                    .dropped(nowhere ? DropReason.NOWHERE : DropReason.NO_SUBSCRIBER, unroutedMessages, unroutedBytes);
            unroutedMessages = 0;
            unroutedBytes = 0;
        }
    }

    private void countReceived(long messages, long payloadBytes) {
        context.counters().received(messages, payloadBytes);
        messagesIn.add(messages);
        bytesIn.add(payloadBytes);
        if (!Objects.equals(publishedTo, publishName)) {
            publishedTo = publishName;
        }
    }

    private void route(MessageBatch batch) {
        countReceived(batch.messages(), batch.payloadBytes());
        DestinationName name = publishName;
        while (publishDestination != null && name != null) {
            Destination destination = publishDestination;
            if (name.kind() == DestinationKind.QUEUE && context.memory().isOver()) {
                refuse(batch, name);
                return;
            }
            Offer offer = destination.publish(batch, gate);
            if (offer == Offer.PUSHED_BACK) {
                gate.pushedBackBy(destination);
            }
            if (offer != Offer.CLOSED) {
                if (name.kind() == DestinationKind.QUEUE) {
                    context.memoryPushBack().check(gate);
                }
                return;
            }
            // Forgotten since it was looked up.
            find(name);
        }
        context.counters().dropped(DropReason.NO_SUBSCRIBER, batch.messages(), batch.payloadBytes());
        batch.release();
    }

    /**
     * Queues are never shed, so nothing more may come in when memory is used up. Who published before has waited since
     * 80 %: this one is new, or has closed its side and is read to the end.
     */
    private void refuse(MessageBatch batch, DestinationName name) {
        context.counters().dropped(DropReason.MEMORY, batch.messages(), batch.payloadBytes());
        batch.release();
        connection.close(
                CloseReason.MEMORY,
                "published to " + Shown.whole(name.toString()) + " while the broker's memory bound of "
                        + context.memory().maxBytes()
                        + " bytes is reached; make the queue's subscribers read, or"
                        + " raise memory.max");
    }

    /** How much memory a frame holds that has not come completely, in bytes. */
    public void unfinished(int bytes) {
        int change = bytes - unfinishedBytes;
        unfinishedBytes = bytes;
        if (change > 0) {
            context.memory().charge(change);
        } else if (change < 0) {
            context.memory().discharge(-change);
        }
    }

    /** Whether it is not being read because of what it publishes to. */
    @AnyThread
    public boolean isPushedBack() {
        return gate.isPaused();
    }

    // ---------------------------------------------------------------- leaving

    /** Goodbye: all that came before is routed, what is held for the client is sent, then the connection ends. */
    public void goodbye() {
        routeBuilt();
        if (connection.isClosing()) {
            // Something was refused: the end must not look like a confirmation.
            return;
        }
        ended = true;
        gate.close();
        connection.resumeReading();
        SendQueue queue = sendQueue;
        if (queue == null) {
            connection.finish(CloseReason.GOODBYE);
            return;
        }
        goodbyeUntilNs = context.clock().nowNs()
                + TimeUnit.MILLISECONDS.toNanos(context.settings().drainTimeoutMs());
        queue.finish(() -> connection.finish(CloseReason.GOODBYE));
    }

    /** The client has ended its side of the stream, after goodbye: what is held for it still goes out. */
    public void inputEnded() {
        SendQueue queue = sendQueue;
        if (queue != null) {
            queue.flushAll();
        }
    }

    /** Whether nothing it sends matters any more. */
    public boolean isEnded() {
        return ended;
    }

    /** Takes no more from the client, for the broker is about to stop; what is held for it still goes out. */
    public void stopPublishing() {
        gate.close();
        connection.stopReading();
    }

    /** The broker has sent what it could and stops: ends the connection in good order. */
    public void finish() {
        boolean saidGoodbye = ended;
        ended = true;
        if (sendQueue == null && !saidGoodbye) {
            // A sender must not take the end for a confirmation of what was not read any more.
            connection.close(CloseReason.SHUTDOWN, "");
        } else {
            connection.finish(CloseReason.SHUTDOWN);
        }
    }

    private boolean isSilent() {
        return ticksWithoutRead >= SILENT_TICKS;
    }

    /**
     * A subscriber may go: when it publishes nothing any more it is taken out of its destination, is sent what is held for it
     * and closed in good order.
     *
     * @param patienceMs how long it may go on publishing, and how long it may take to read what is held
     */
    public void release(long patienceMs) {
        if (released || ended) {
            return;
        }
        released = true;
        long nowNs = context.clock().nowNs();
        releasePatienceNs = TimeUnit.MILLISECONDS.toNanos(patienceMs);
        releaseUntilNs = nowNs + releasePatienceNs;
        leaveIfReleased(nowNs);
    }

    private void leaveIfReleased(long nowNs) {
        SendQueue queue = sendQueue;
        if (queue == null || !released || ended || !isSilent() && nowNs - releaseUntilNs < 0) {
            return;
        }
        ended = true;
        gate.close();
        // What it still sends is not looked at, but its end is.
        connection.resumeReading();
        goodbyeUntilNs = nowNs + releasePatienceNs;
        queue.finish(() -> connection.finish(CloseReason.SHUTDOWN));
    }

    /** Whether it is subscribed to a queue in which messages wait. */
    @AnyThread
    public boolean isOfQueueWithWaiting() {
        DestinationName name = subscribedTo;
        Destination destination = name == null ? null : context.destinations().find(name);
        return destination != null
                && destination.takesBack()
                && destination.snapshot().waitingMessages() > 0;
    }

    /** The connection is closed, or about to be. May be called twice. */
    public void onClosed() {
        if (closed) {
            return;
        }
        closed = true;
        ended = true;
        builder.discard();
        gate.close();
        unfinished(0);
        SendQueue queue = sendQueue;
        try {
            if (queue != null) {
                boolean stopped = connection.closeReason() == CloseReason.SHUTDOWN;
                queue.onClosed(stopped ? DropReason.SHUTDOWN : DropReason.SUBSCRIBER_LEFT);
            }
        } finally {
            context.sessions().remove(this);
        }
        context.sessions().closed(closingBytes.getAndSet(0));
    }

    /** To be called about twice a second. */
    public void tick(long nowNs) {
        // A publisher that is pushed back is not read: then its socket is not known to be empty.
        ticksWithoutRead = isPushedBack() ? 0 : ticksWithoutRead + 1;
        SendQueue queue = sendQueue;
        if (queue == null) {
            if (isSilent() && context.sessions().isReleasingPublishers()) {
                finish();
            }
            return;
        }
        leaveIfReleased(nowNs);
        queue.tick(nowNs);
        if (goodbyeUntilNs != 0 && nowNs - goodbyeUntilNs > 0) {
            goodbyeUntilNs = 0;
            // Sent too slowly: what is left goes back to its queue when the connection has ended.
            if (released) {
                connection.close(
                        CloseReason.SHUTDOWN, "did not take in time what was left for it; " + queue.describe());
            } else {
                connection.close(CloseReason.GOODBYE, "");
            }
        }
    }

    // ---------------------------------------------------------------- how it stands: any thread

    @AnyThread
    public Connection connection() {
        return connection;
    }

    /** What it would give up if the memory bound were reached: a topic subscriber's queue, or an unfinished frame. */
    @AnyThread
    long sheddableBytes() {
        return connection.isClosing() ? 0 : Math.max(queuedForTopicBytes(), unfinishedBytes);
    }

    /** What is held for it as a topic subscriber. */
    @AnyThread
    private long queuedForTopicBytes() {
        SendQueue queue = sendQueue;
        return queue != null && queue.canBeShed() ? queue.heldBytes() : 0;
    }

    /** What is held for it as a topic subscriber, if it is slow. */
    @AnyThread
    long queuedForSlowBytes() {
        SendQueue queue = sendQueue;
        return queue != null && queue.isSlow() && !connection.isClosing() ? queuedForTopicBytes() : 0;
    }

    /**
     * Gives that up.
     *
     * @return bytes that will only be free when the connection has closed; {@link Sessions#closed} is told then
     */
    @AnyThread
    long shed() {
        SendQueue queue = sendQueue;
        int unfinished = unfinishedBytes;
        long closing;
        if (queue != null && queue.canBeShed() && queue.heldBytes() >= unfinished) {
            closing = queue.shed();
        } else {
            closing = unfinished;
        }
        if (closing == 0) {
            return 0;
        }
        closingBytes.addAndGet(closing);
        if (closed) {
            // It was closed meanwhile, and has taken back what it knew of.
            context.sessions().closed(closingBytes.getAndSet(0));
        }
        connection.close(
                CloseReason.MEMORY,
                "the broker's memory bound of " + context.memory().maxBytes() + " bytes was reached, and it held "
                        + closing
                        + (closing == unfinished ? " in an unfinished frame" : " under the policy disconnect")
                        + "; raise memory.max, send smaller frames, or read faster");
        return closing;
    }

    /** For how long it has not been read because of what it publishes to, in ms, at least 1; 0 if it is read. */
    @AnyThread
    long pushedBackMs() {
        return closed ? 0 : gate.pausedMs();
    }

    @Override
    @AnyThread
    public ClientActivity activity() {
        long pushedBackMs = pushedBackMs();
        return new ClientActivity(
                text(subscribedTo),
                text(publishedTo),
                messagesIn.get(),
                bytesIn.get(),
                pushedBackMs,
                pushedBackMs == 0 ? "" : gate.pausedBy(),
                subscriber().orElse(null));
    }

    private static String text(@Nullable DestinationName name) {
        return name == null ? "" : name.toString();
    }

    @Override
    @AnyThread
    public List<SlowEpisode> slowEpisodes() {
        SendQueue queue = sendQueue;
        return queue == null ? List.of() : queue.slowEpisodes();
    }

    @AnyThread
    public Optional<SubscriberSnapshot> subscriber() {
        SendQueue queue = sendQueue;
        return queue == null ? Optional.empty() : Optional.of(queue.snapshot(text(subscribedTo)));
    }

    /** The queue of what it is sent, if it is subscribed to anything. */
    @AnyThread
    public @Nullable SendQueue sendQueue() {
        return sendQueue;
    }
}
