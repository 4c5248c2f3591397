package io.sluice.client;

import io.netty.util.concurrent.EventExecutor;

/** Keeps calls that may block from where they could wait for themselves: the client's event loop and message handlers. */
final class Blocking {
    private Blocking() {}

    /** @throws IllegalStateException on a thread that must not block */
    static void check(EventExecutor loop, String call) {
        if (isForbidden(loop)) {
            throw new IllegalStateException(
                    call + " may block, and must not be called from a message handler or from the"
                            + " client's event loop: what it waits for could be waiting for this thread. Use tryPublish,"
                            + " receiveAsync, subscribeAsync or closeAsync");
        }
    }

    static boolean isForbidden(EventExecutor loop) {
        return loop.inEventLoop() || Thread.currentThread() instanceof HandlerThread;
    }
}
