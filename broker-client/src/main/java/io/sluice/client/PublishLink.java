package io.sluice.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The connection that publishes: takes chunks from the outbox while the socket takes them, and keeps the count of what became
 * of them. Subscribed to {@code /null}, so that nothing comes but the end of the stream.
 *
 * <p>What was given to the channel is never given to another one: when the connection breaks, it is in doubt.
 */
final class PublishLink extends Link {
    private static final long ASK_AGAIN_MS = 10;

    private final Outbox outbox;
    private final BooleanSupplier mayPublish;

    // Of the connection that is up; the event loop's own.
    private long unconfirmed;
    private boolean waiting;

    private final Object countsLock = new Object();
    private long sent;
    private long confirmed;
    private long inDoubt;

    /** @param mayPublish asked on the event loop after a reconnection: whether the subscriptions are back */
    PublishLink(EventLoop loop, ClientOptions options, BooleanSupplier mayPublish) {
        super(loop, options, "/null");
        this.mayPublish = mayPublish;
        this.outbox = new Outbox(options.publishMaxBytes(), this::describe, () -> execute(this::onWaiting));
    }

    /** For any thread. */
    Outbox outbox() {
        return outbox;
    }

    /** For any thread. */
    PublishCounts counts() {
        synchronized (countsLock) {
            return new PublishCounts(sent, confirmed, inDoubt, outbox.dropped());
        }
    }

    // Connected, and nothing taken: then the broker does not read, which it does when a queue is full.
    private String describe() {
        String condition = condition();
        return remote() + " (" + condition
                + (condition.equals("connected")
                        ? ", but it does not read: is a queue full that was published to?)"
                        : ")");
    }

    private void onWaiting() {
        // The first to publish opens it, where nobody has. What waits is kept, so that a broker may come later.
        openNow(true);
        drain();
    }

    @Override
    void onUp(Channel up) {
        unconfirmed = 0;
        drain();
    }

    @Override
    void onWritable() {
        drain();
    }

    private void drain() {
        Channel up = channel();
        if (!isUp() || up == null || waiting) {
            return;
        }
        if (!mayPublish.getAsBoolean() && upNs() < Nanos.of(options.connectTimeout())) {
            waiting = true;
            loop.schedule(
                    () -> {
                        waiting = false;
                        drain();
                    },
                    ASK_AGAIN_MS,
                    TimeUnit.MILLISECONDS);
            return;
        }
        boolean wrote = false;
        while (up.isWritable()) {
            Outbox.Chunk chunk = outbox.take();
            if (chunk == null) {
                break;
            }
            count(chunk.messages);
            write(up, chunk.bytes);
            wrote = true;
        }
        if (wrote) {
            up.flush();
        }
        sayGoodbyeIfDone();
    }

    private void count(long messages) {
        unconfirmed += messages;
        synchronized (countsLock) {
            sent += messages;
        }
    }

    private void sayGoodbyeIfDone() {
        if (isClosing() && outbox.isEmpty()) {
            sayGoodbye();
        }
    }

    @Override
    void onRead(ByteBuf in) {
        fail("the broker sent " + in.readableBytes() + " bytes to one that subscribes to nothing");
    }

    @Override
    void onDown(boolean orderly) {
        synchronized (countsLock) {
            if (orderly) {
                confirmed += unconfirmed;
            } else {
                inDoubt += unconfirmed;
            }
        }
        unconfirmed = 0;
    }

    @Override
    void onClosing() {
        outbox.close();
        if (!isUp() && outbox.isEmpty()) {
            finish();
        } else {
            drain();
        }
    }

    @Override
    boolean isWorthReconnecting() {
        return !outbox.isEmpty();
    }

    @Override
    void onFinished() {
        outbox.discard();
    }
}
