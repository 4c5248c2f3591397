package io.sluice.cli;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Says on standard error how much has come, and how fast: on a terminal on one line that is written over, elsewhere on a line
 * every ten seconds; and once at the end.
 */
final class RateLine {
    private static final long ON_TERMINAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long ELSEWHERE_NS = TimeUnit.SECONDS.toNanos(10);

    private final Console console;
    private final long everyNs;
    private final long startedNs;
    private long toldNs;
    private long toldMessages;
    private long messages;
    private long bytes;

    RateLine(Console console, long nowNs) {
        this.console = console;
        this.everyNs = console.isErrTerminal() ? ON_TERMINAL_NS : ELSEWHERE_NS;
        this.startedNs = nowNs;
        this.toldNs = nowNs;
    }

    synchronized void count(int payloadBytes) {
        messages++;
        bytes += payloadBytes;
    }

    /** To be called more often than the line is to be seen. */
    synchronized void tick(long nowNs) {
        long sinceNs = nowNs - toldNs;
        if (sinceNs >= everyNs) {
            console.progress(text(messages - toldMessages, sinceNs));
            toldNs = nowNs;
            toldMessages = messages;
        }
    }

    /** The whole time in one line. */
    synchronized void end(long nowNs) {
        console.note(text(messages, nowNs - startedNs) + " over " + Seconds.rounded(nowNs - startedNs) + " s");
    }

    private String text(long newMessages, long ns) {
        double perSecond = newMessages * 1e9 / Math.max(1, ns);
        return String.format(Locale.ROOT, "%,d messages, %,d bytes, %,.0f messages/s", messages, bytes, perSecond);
    }
}
