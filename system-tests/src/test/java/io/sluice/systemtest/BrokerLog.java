package io.sluice.systemtest;

import io.sluice.broker.metrics.CloseReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a broker has logged so far. */
final class BrokerLog {
    private static final Pattern LINE = Pattern.compile("(\\S+T\\S+) (ERROR|WARN|INFO|DEBUG) +(\\S+): (.*)");
    private static final Pattern SUPPRESSED = Pattern.compile("closed (\\d+) more connections: (.*)");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final List<String> lines;

    private BrokerLog(List<String> lines) {
        this.lines = lines;
    }

    static BrokerLog of(BrokerProcess broker) {
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(broker.out()));
            lines.addAll(Files.readAllLines(broker.err()));
            return new BrokerLog(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> lines() {
        return lines;
    }

    /** Lines that are not a line of the log: stack traces, and what a client has smuggled in. */
    List<String> strayLines() {
        return lines.stream().filter(line -> !LINE.matcher(line).matches()).toList();
    }

    /** What somebody must see: errors, reports of leaks, stray lines. */
    List<String> alarms() {
        List<String> alarms = new ArrayList<>(strayLines());
        lines.stream()
                .filter(line -> line.contains(" ERROR ") || line.contains("LEAK") || line.contains("Exception"))
                .filter(line -> !alarms.contains(line))
                .forEach(alarms::add);
        return alarms;
    }

    /** Lines about single connections closed for a reason. */
    List<String> closeLines(CloseReason reason) {
        return lines.stream()
                .filter(line -> line.contains(" close: closed ") && line.contains("): " + reason.text() + ": "))
                .toList();
    }

    /** The most lines about single connections closed for a reason within any minute. */
    int mostCloseLinesAMinute(CloseReason reason) {
        List<OffsetDateTime> times =
                closeLines(reason).stream().map(BrokerLog::time).toList();
        int most = 0;
        for (int first = 0; first < times.size(); first++) {
            OffsetDateTime end = times.get(first).plus(MINUTE);
            int count = 0;
            for (OffsetDateTime time : times.subList(first, times.size())) {
                count += time.isBefore(end) ? 1 : 0;
            }
            most = Math.max(most, count);
        }
        return most;
    }

    /** How many connections the lines about suppressed lines name for a reason. */
    long suppressed(CloseReason reason) {
        return lines.stream()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(line -> SUPPRESSED.matcher(line.group(4)))
                .filter(line -> line.matches() && line.group(2).equals(reason.text()))
                .mapToLong(line -> Long.parseLong(line.group(1)))
                .sum();
    }

    private static OffsetDateTime time(String line) {
        return OffsetDateTime.parse(line.substring(0, line.indexOf(' ')));
    }
}
