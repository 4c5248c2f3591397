package io.sluice.client;

import io.netty.util.concurrent.FastThreadLocalThread;

/** The thread of a client's event loop, which must never block. */
final class LoopThread extends FastThreadLocalThread {
    LoopThread(Runnable loop, String remote) {
        super(loop, "sluice-client " + remote);
        setDaemon(true);
    }
}
