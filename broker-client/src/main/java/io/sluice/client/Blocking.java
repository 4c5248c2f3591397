package io.sluice.client;

/** Keeps calls that may block from where they could wait for themselves: clients' event loops and message handlers. */
final class Blocking {
    private Blocking() {}

    /** @throws IllegalStateException on a thread that must not block */
    static void check(String call) {
        if (isForbidden()) {
            throw new IllegalStateException(call + " may block, and must not be called from a message handler or from a"
                    + " client's event loop: what it waits for could be waiting for this thread. Use tryPublish,"
                    + " receiveAsync, connectAsync, subscribeAsync or closeAsync");
        }
    }

    static boolean isForbidden() {
        Thread thread = Thread.currentThread();
        return thread instanceof LoopThread || thread instanceof HandlerThread;
    }
}
