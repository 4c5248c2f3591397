package io.sluice.broker.server;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How signals end the daemon: the first of either kind begins the shutdown; another SIGTERM changes nothing; a second
 * SIGINT says how long is left, and one more within two seconds ends the process at once.
 */
final class Interrupts {
    private static final long IMPATIENT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int ENDED_BY_INTERRUPT = 130;

    private final CountDownLatch shutdown = new CountDownLatch(1);
    private final LongSupplier drainTimeoutMs;
    private final Consumer<String> tell;
    private final Consumer<Integer> halt;
    private long shutdownNs;
    private long timeoutMs;
    private int interrupts;
    private long interruptedNs;

    /**
     * @param drainTimeoutMs asked when the first signal has come
     * @param tell says something to whoever sits at the terminal
     * @param halt ends the process at once with a code
     */
    Interrupts(LongSupplier drainTimeoutMs, Consumer<String> tell, Consumer<Integer> halt) {
        this.drainTimeoutMs = drainTimeoutMs;
        this.tell = tell;
        this.halt = halt;
    }

    void install() {
        boolean terminates = Signals.handle("TERM", () -> onTerminate(System.nanoTime()));
        boolean interrupts = Signals.handle("INT", () -> onInterrupt(System.nanoTime()));
        if (!terminates || !interrupts) {
            tell.accept(
                    "this JVM does not let signals be handled: SIGTERM ends the broker without delivering what waits");
        }
    }

    /** Waits until the first signal. */
    void awaitShutdown() throws InterruptedException {
        shutdown.await();
    }

    /** The broker has let its clients go: it ends as on the first signal. */
    synchronized void onDrained(long nowNs) {
        begin(nowNs);
    }

    synchronized void onTerminate(long nowNs) {
        begin(nowNs);
    }

    synchronized void onInterrupt(long nowNs) {
        interrupts++;
        if (interrupts == 1 && begin(nowNs)) {
            return;
        }
        if (interrupts > 2 && nowNs - interruptedNs <= IMPATIENT_NS) {
            halt.accept(ENDED_BY_INTERRUPT);
            return;
        }
        interruptedNs = nowNs;
        long leftMs = Math.max(0, timeoutMs - TimeUnit.NANOSECONDS.toMillis(nowNs - shutdownNs));
        tell.accept("delivering what is queued, for at most " + (leftMs + 999) / 1000
                + " s more; Ctrl-C again within 2 s ends at once");
    }

    /** Returns whether this was the first signal. */
    private boolean begin(long nowNs) {
        boolean first = shutdown.getCount() > 0;
        if (first) {
            shutdownNs = nowNs;
            timeoutMs = drainTimeoutMs.getAsLong();
            shutdown.countDown();
        }
        return first;
    }
}
