package io.sluice.loadtest.generator;

import org.jspecify.annotations.Nullable;

/** Publishes as fast as its window and its socket allow (closed loop). */
final class WindowedPublisher extends Publisher {
    /** Batches in a row, before the others of the loop have their turn. */
    private static final int BATCHES_IN_A_ROW = 4;

    private final @Nullable Window window;
    private boolean pumping;
    private long sentToReaders;

    /**
     * A publisher.
     *
     * @param window null for none: only the socket slows it down
     */
    WindowedPublisher(
            Link link,
            int marker,
            int number,
            int slots,
            Tape tape,
            Publications publications,
            @Nullable Window window) {
        super(link, marker, number, slots, tape, publications);
        this.window = window;
    }

    @Override
    void pump() {
        // A write that empties the socket's queue calls back before it returns.
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            for (int i = 0; i < BATCHES_IN_A_ROW; i++) {
                if (!maySend() || !sendBatch()) {
                    return;
                }
            }
            channel().eventLoop().execute(this::pump);
        } finally {
            pumping = false;
        }
    }

    /** Returns false if the window is shut. */
    private boolean sendBatch() {
        int room = window == null ? Integer.MAX_VALUE : window.take();
        if (room == 0) {
            return false;
        }
        int from = cursor();
        int to = tape().batchEnd(from, room);
        stamp(from, to, System.nanoTime());
        sentToReaders += tape().read(from, to);
        if (window != null) {
            window.sent(sentToReaders);
        }
        send(to);
        return true;
    }
}
