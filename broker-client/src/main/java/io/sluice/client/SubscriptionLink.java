package io.sluice.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sluice.protocol.FrameDecoder;
import io.sluice.protocol.FrameSink;
import io.sluice.protocol.NativeFrames;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connection of one subscription: puts what comes into its inbox, and does not read while that is full. */
final class SubscriptionLink extends Link implements FrameSink {
    /** Time for the broker to read a subscription. */
    static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Inbox inbox;
    // What the read at hand has brought.
    private final List<Message> batch = new ArrayList<>();
    private @Nullable FrameDecoder decoder;

    SubscriptionLink(EventLoop loop, ClientOptions options, String destination) {
        super(loop, options, destination);
        inbox = new Inbox(options.receiveMaxMessages(), options.receiveMaxBytes(), () -> execute(this::readAgain));
    }

    /** For any thread. */
    Inbox inbox() {
        return inbox;
    }

    private void readAgain() {
        Channel up = channel();
        if (isUp() && up != null) {
            up.config().setAutoRead(true);
        }
    }

    @Override
    void onUp(Channel up) {
        decoder = new FrameDecoder(up.alloc(), this);
        if (inbox.isFull()) {
            up.config().setAutoRead(false);
        }
        if (isClosing()) {
            sayGoodbye();
        }
    }

    // The protocol does not confirm a subscription: without a moment, who publishes next would often be faster.
    @Override
    long settleNs() {
        return SETTLE_NS;
    }

    @Override
    void onRead(ByteBuf in) {
        if (decoder != null) {
            try {
                decoder.decode(in);
            } finally {
                inbox.add(batch);
                batch.clear();
            }
        }
        Channel up = channel();
        if (up != null && inbox.isFull()) {
            up.config().setAutoRead(false);
        }
    }

    @Override
    public boolean acceptsLength(long length) {
        if (length <= options.maxFrameBytes()) {
            return true;
        }
        fail("a frame of " + length + " bytes is announced, at most " + options.maxFrameBytes()
                + " are allowed; does a Sluice broker listen there?");
        return false;
    }

    @Override
    public boolean onFrame(ByteBuf frames, int index, int length, boolean retainable) {
        batch.add(new Message(
                destination(), ByteBufUtil.getBytes(frames, index + NativeFrames.HEADER_BYTES, length, true)));
        return true;
    }

    @Override
    void onDown(boolean orderly) {
        if (decoder != null) {
            decoder.close();
            decoder = null;
        }
    }

    @Override
    void onClosing() {
        if (isUp()) {
            sayGoodbye();
        } else {
            finish();
        }
    }

    @Override
    void onFinished() {
        inbox.end("the subscription to " + destination() + " is closed");
    }
}
