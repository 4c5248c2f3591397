package io.sluice.broker.server;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.StringTokenizer;

/**
 * How long ago this process was started.
 *
 * <p>On Linux from /proc, to 10 ms: what the JDK tells there is as coarse as the time of the last boot, which is kept in
 * seconds. Source: proc(5), starttime in ticks of 1/100 s.
 *
 * <p>The launcher's own time counts, for it becomes this process; but where it had to build the product first, it says
 * so, and the time of the JVM alone is told.
 */
final class ProcessAge {
    private static final int FIELDS_BETWEEN = 19;
    private static final int MS_PER_TICK = 10;

    private ProcessAge() {}

    static long ms() {
        if (Boolean.getBoolean("sluice.built")) {
            return ManagementFactory.getRuntimeMXBean().getUptime();
        }
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String uptime = Files.readString(Path.of("/proc/uptime"));
            // The name before may hold blanks, but ends with the last parenthesis.
            StringTokenizer fields = new StringTokenizer(stat.substring(stat.lastIndexOf(')') + 2));
            for (int i = 0; i < FIELDS_BETWEEN; i++) {
                fields.nextToken();
            }
            long startedMs = Long.parseLong(fields.nextToken()) * MS_PER_TICK;
            String upSeconds = new StringTokenizer(uptime).nextToken();
            return (long) (Double.parseDouble(upSeconds) * 1000) - startedMs;
        } catch (IOException | RuntimeException e) {
            return coarseMs();
        }
    }

    private static long coarseMs() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(started -> Duration.between(started, Instant.now()).toMillis())
                .orElse(-1L);
    }
}
