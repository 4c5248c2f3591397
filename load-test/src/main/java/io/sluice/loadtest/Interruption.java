package io.sluice.loadtest;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** Gives work its orderly end when a signal ends the process; the exit code then is the JVM's own, 130 after SIGINT. */
final class Interruption {
    /** For the results to be shown and for started processes to end. */
    private static final long GRACE_MS = 15_000;

    private Interruption() {}

    /** Runs the work in this thread, and interrupts it when a signal comes. */
    static int guard(IntSupplier work) {
        Thread worker = Thread.currentThread();
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> await(worker, ended), "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return work.getAsInt();
        } finally {
            ended.countDown();
            remove(hook);
        }
    }

    private static void await(Thread worker, CountDownLatch ended) {
        worker.interrupt();
        try {
            boolean unused = ended.await(GRACE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The shutdown is under way, and the hook runs.
        }
    }
}
