package io.sluice.loadtest;

import io.sluice.loadtest.generator.Progress;
import io.sluice.loadtest.report.Figures;
import io.sluice.loadtest.report.Side;
import java.util.concurrent.TimeUnit;

/** How far the measurement is and how fast it goes: every second on a terminal, in one line; elsewhere every ten seconds. */
final class LiveLine {
    private static final long PLAIN_EVERY_NS = TimeUnit.SECONDS.toNanos(10);
    private static final double NS_PER_MICRO = 1e3;

    private final Console console;
    private final boolean quiet;
    private long toldNs = System.nanoTime();

    LiveLine(Console console, boolean quiet) {
        this.console = console;
        this.quiet = quiet;
    }

    /** For one run. */
    Progress of(String title, Turn turn) {
        String what = title + ": " + new Side(turn.target().name(), turn.variant()).label() + " (run " + turn.number()
                + " of " + turn.of() + ")";
        return (second, done) -> show(what + " " + Figures.percent((turn.number() - 1 + done) / turn.of()) + ", "
                + Figures.rate((double) second.delivered()) + ", p50 " + micros(second.latencyP50Ns()) + ", p99 "
                + micros(second.latencyP99Ns()) + (second.measured() ? "" : " (warm-up)"));
    }

    /** What is done between runs, and before the first. */
    void doing(String what) {
        if (console.isErrTerminal()) {
            show(what);
        }
    }

    /** Something to know about a run, in a line that stays. */
    void note(String line) {
        console.note(line);
    }

    private static String micros(long ns) {
        return Figures.micros(ns == 0 ? Double.NaN : ns / NS_PER_MICRO);
    }

    private synchronized void show(String line) {
        long nowNs = System.nanoTime();
        if (quiet || (!console.isErrTerminal() && nowNs - toldNs < PLAIN_EVERY_NS)) {
            return;
        }
        toldNs = nowNs;
        console.progress(line);
    }
}
