package io.sluice.broker.config;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many files and sockets the process may have open.
 *
 * @param soft the limit in force; {@link Long#MAX_VALUE} is none
 * @param hard what the process may raise it to; {@link Long#MAX_VALUE} is none
 */
public record DescriptorLimit(long soft, long hard) {
    private static final String LINE = "Max open files";
    private static final int MOST_CONNECTIONS = 10_000_000;

    /** What jars, listeners, event loops, files of pages, the admin listener's clients and those being refused need. */
    private static final int KEPT_FOR_ITSELF = 80;

    /** The limit of this process. */
    public static DescriptorLimit detect() {
        return detect(Path.of("/proc/self/limits"));
    }

    /** The limit a file in the format of {@code /proc/self/limits} tells, else what the JDK knows. */
    static DescriptorLimit detect(Path limits) {
        try {
            for (String line : Files.readAllLines(limits)) {
                if (line.startsWith(LINE)) {
                    return parse(line.substring(LINE.length()).strip().split(" +"));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return fromBean();
        }
        return fromBean();
    }

    /**
     * The connections allowed: what is configured, else 80 % of the soft limit, from 1 to 10,000,000. Where that would leave
     * fewer than 80 descriptors it is fewer connections, but not less than a quarter.
     */
    public int maxConnections(ConnectionsConfig config) {
        if (config.max() > 0) {
            return config.max();
        }
        long most = soft / 10 * 8 + soft % 10 * 8 / 10;
        long beside = Math.max(soft / 4, soft - KEPT_FOR_ITSELF);
        return (int) Math.max(1, Math.min(Math.min(most, beside), MOST_CONNECTIONS));
    }

    private static DescriptorLimit parse(String[] columns) throws IOException {
        if (columns.length < 2) {
            throw new IOException("no limits in it");
        }
        return new DescriptorLimit(number(columns[0]), number(columns[1]));
    }

    private static long number(String text) {
        return text.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(text);
    }

    private static DescriptorLimit fromBean() {
        var bean = ManagementFactory.getOperatingSystemMXBean();
        if (bean instanceof com.sun.management.UnixOperatingSystemMXBean unix && unix.getMaxFileDescriptorCount() > 0) {
            long limit = unix.getMaxFileDescriptorCount();
            return new DescriptorLimit(limit, limit);
        }
        return new DescriptorLimit(Long.MAX_VALUE, Long.MAX_VALUE);
    }
}
