package io.sluice.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Numbers as people read them, in few characters. */
final class Figures {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final long[] SPAN_SECONDS = {86_400, 3_600, 60, 1};
    private static final String[] SPAN_UNITS = {"d", "h", "m", "s"};

    private Figures() {}

    /** {@code 1,234,567}. */
    static String count(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }

    /** {@code 48.0 MiB}. */
    static String bytes(double bytes) {
        double shown = bytes;
        int unit = 0;
        while (shown >= 1024 && unit < BYTE_UNITS.length - 1) {
            shown /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", shown, BYTE_UNITS[unit]);
    }

    /** {@code 0.3 ms}, {@code 12 ms}, {@code 4.2 s}, {@code 1m 20s}, {@code 3h 5m}: two units at most. */
    static String span(double ms) {
        if (ms < 10) {
            return String.format(Locale.ROOT, "%.1f ms", ms);
        }
        if (ms < 1_000) {
            return String.format(Locale.ROOT, "%.0f ms", ms);
        }
        if (ms < 60_000) {
            return String.format(Locale.ROOT, "%.1f s", ms / 1_000);
        }
        long seconds = (long) (ms / 1_000);
        int first = 0;
        while (seconds < SPAN_SECONDS[first]) {
            first++;
        }
        return seconds / SPAN_SECONDS[first] + SPAN_UNITS[first] + " "
                + seconds % SPAN_SECONDS[first] / SPAN_SECONDS[first + 1] + SPAN_UNITS[first + 1];
    }

    /** {@code 12:01:02}, in UTC, of a time in ISO 8601; the text itself if it is none. */
    static String clock(String time) {
        try {
            return Instant.parse(time)
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString()
                    .substring(11, 19);
        } catch (DateTimeException e) {
            return time;
        }
    }

    /** How long ago that was; empty if it is no time. */
    static String ago(String time, Instant now) {
        try {
            return span(Math.max(0, (double) ChronoUnit.MILLIS.between(Instant.parse(time), now)));
        } catch (DateTimeException e) {
            return "";
        }
    }
}
