package io.sluice.broker.admin;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.broker.base.AnyThread;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads beside the admin loop. Each ends when it has had nothing to do for a while: most brokers are asked little. */
@AnyThread
final class Workers implements AutoCloseable {
    private static final int MOST_WAITING = 64;
    private static final long IDLE_S = 10;

    private final ThreadPoolExecutor worker = thread("sluice-admin-worker");
    private final ThreadPoolExecutor probe = thread("sluice-admin-probe");

    /** Runs one after the other what is sought there; throws if very much waits already. */
    Executor of(Route.Seeker seeker) {
        return switch (seeker) {
            case LOOP -> throw new IllegalArgumentException("the loop seeks by itself");
            case WORKER -> worker;
            case PROBE -> probe;
        };
    }

    private static ThreadPoolExecutor thread(String name) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1,
                1,
                IDLE_S,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                new DefaultThreadFactory(name, true));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** What waits is not sought any more. */
    @Override
    public void close() {
        worker.shutdownNow();
        probe.shutdownNow();
    }
}
