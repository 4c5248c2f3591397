package io.sluice.systemtest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Reads the statistics of a broker while they are written. Not thread-safe. */
final class StatsFollower {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Path file;
    private final List<StatsSample> samples = new ArrayList<>();
    private long position;

    StatsFollower(Path statsFile) {
        this.file = statsFile;
    }

    /** What was counted after this call began. */
    StatsSample fresh() {
        int before = samplesSoFar().size();
        // The first line that comes may have been counted before.
        Awaitility.await("two more lines in " + file)
                .atMost(TIMEOUT)
                .pollInterval(POLL)
                .until(() -> samplesSoFar().size() >= before + 2);
        return samples.get(samples.size() - 1);
    }

    /** The first sample counted after this call began that is as wanted. */
    StatsSample await(String what, Duration timeout, Predicate<StatsSample> wanted) {
        int before = samplesSoFar().size();
        Awaitility.await(what)
                .atMost(timeout)
                .pollInterval(POLL)
                .until(() -> samplesSoFar().stream().skip(before + 1).anyMatch(wanted));
        return samples.stream().skip(before + 1).filter(wanted).findFirst().orElseThrow();
    }

    /** All samples so far; the last is also what was counted when a broker that has ended did so. */
    List<StatsSample> samplesSoFar() {
        try {
            if (Files.exists(file)) {
                readOn();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(samples);
    }

    private void readOn() throws IOException {
        byte[] more;
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            more = new byte[(int) Math.min(Integer.MAX_VALUE / 2, in.length() - position)];
            in.seek(position);
            in.readFully(more);
        }
        int end = more.length;
        while (end > 0 && more[end - 1] != '\n') {
            end--;
        }
        position += end;
        new String(more, 0, end, StandardCharsets.UTF_8)
                .lines()
                .map(StatsSample::parse)
                .forEach(samples::add);
    }
}
