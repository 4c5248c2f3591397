package io.sluice.cli;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Gives work its orderly end when a signal ends the process. The exit code then is the JVM's own: 130 after SIGINT, 143
 * after SIGTERM.
 */
final class ShutdownHook {
    private static final long QUIET_WAIT_MS = 1_000;
    private static final long GRACE_MS = 1_000;

    private final Stoppable work;
    private final Console console;
    private final CountDownLatch ended = new CountDownLatch(1);

    private ShutdownHook(Stoppable work, Console console) {
        this.work = work;
        this.console = console;
    }

    /** Runs the work under the protection of a hook. */
    static int guard(Stoppable work, Console console) throws IOException, InterruptedException {
        ShutdownHook hook = new ShutdownHook(work, console);
        Thread thread = new Thread(hook::onShutdown, "shutdown");
        Runtime.getRuntime().addShutdownHook(thread);
        try {
            return work.run();
        } finally {
            hook.ended.countDown();
            remove(thread);
        }
    }

    private static void remove(Thread thread) {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // The shutdown is under way, and the hook runs.
        }
    }

    private void onShutdown() {
        work.stop();
        try {
            if (ended.await(QUIET_WAIT_MS, TimeUnit.MILLISECONDS)) {
                return;
            }
            console.note("ending: waiting for the broker, at most "
                    + TimeUnit.MILLISECONDS.toSeconds(work.stopTimeoutMs()) + " s");
            // A little longer than it needs: what was printed and what was counted still have to reach the user.
            boolean unused = ended.await(work.stopTimeoutMs() - QUIET_WAIT_MS + GRACE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
