package io.sluice.loadtest.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many files and sockets this process may have open. */
public final class Descriptors {
    private static final String KEY = "Max open files";

    private Descriptors() {}

    /** The soft limit; {@link Long#MAX_VALUE} if there is none, or none is known (Linux only). */
    public static long limit() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
            return lines.filter(line -> line.startsWith(KEY))
                    .map(line -> line.substring(KEY.length()).strip().split("\\s+", 2)[0])
                    .filter(limit -> limit.matches("\\d+"))
                    .findFirst()
                    .map(Long::parseLong)
                    .orElse(Long.MAX_VALUE);
        } catch (IOException | UncheckedIOException e) {
            return Long.MAX_VALUE;
        }
    }
}
