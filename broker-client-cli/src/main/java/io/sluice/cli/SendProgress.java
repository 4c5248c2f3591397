package io.sluice.cli;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How far a sender is that knows how many it sends: a line on a terminal that is written over, and nothing elsewhere. */
final class SendProgress {
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Console console;
    private final long count;
    private final long startedNs;
    private final boolean shown;
    private long toldNs;

    SendProgress(Console console, long count, long nowNs) {
        this.console = console;
        this.count = count;
        this.startedNs = nowNs;
        this.toldNs = nowNs;
        this.shown = console.isErrTerminal() && count != Sender.Plan.FOR_EVER && count > 1;
    }

    void sent(long number) {
        if (!shown) {
            return;
        }
        long nowNs = System.nanoTime();
        if (nowNs - toldNs >= EVERY_NS) {
            toldNs = nowNs;
            console.progress(text(number, nowNs - startedNs));
        }
    }

    String text(long number, long ns) {
        double perSecond = number * 1e9 / Math.max(1, ns);
        return String.format(
                Locale.ROOT,
                "%,d of %,d (%.0f %%), %,.1f messages/s, %,.0f s left",
                number,
                count,
                100.0 * number / count,
                perSecond,
                Math.ceil((count - number) / perSecond));
    }
}
