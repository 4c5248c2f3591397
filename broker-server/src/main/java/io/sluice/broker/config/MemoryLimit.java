package io.sluice.broker.config;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The memory the process may use: that of the container, or of the machine where there is no container or it has no limit.
 *
 * @param bytes above 0
 * @param origin {@code container memory} or {@code machine memory}
 */
public record MemoryLimit(long bytes, String origin) {
    private static final long UNLIMITED = Long.MAX_VALUE;

    /** The limit of this process. */
    public static MemoryLimit detect() {
        return detect(Path.of("/"));
    }

    /** The limit that the files under {@code root} tell, which on a running system is {@code /}. */
    static MemoryLimit detect(Path root) {
        long machineBytes = machineBytes(root);
        long containerBytes = containerBytes(root);
        return containerBytes < machineBytes
                ? new MemoryLimit(containerBytes, "container memory")
                : new MemoryLimit(machineBytes, "machine memory");
    }

    private static long containerBytes(Path root) {
        long least = UNLIMITED;
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields.length < 3) {
                continue;
            }
            Path mount = root.resolve("sys/fs/cgroup");
            if (fields[0].equals("0") && fields[1].isEmpty()) {
                least = Math.min(least, leastUpwards(mount, fields[2], "memory.max"));
            } else if (List.of(fields[1].split(",")).contains("memory")) {
                least = Math.min(least, leastUpwards(mount.resolve("memory"), fields[2], "memory.limit_in_bytes"));
            }
        }
        return least;
    }

    // A group is bound by all above it. Inside a container the path may be that of the host: what of it does not exist
    // here has no file, and the walk ends at the mount, which then is the container's own group.
    private static long leastUpwards(Path mount, String group, String file) {
        Path top = mount.normalize();
        Path at = top.resolve(group.replaceFirst("^/+", "")).normalize();
        long least = UNLIMITED;
        while (at != null && at.startsWith(top)) {
            least = Math.min(least, limit(at.resolve(file)));
            at = at.getParent();
        }
        return Math.min(least, limit(top.resolve(file)));
    }

    private static long limit(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? UNLIMITED : positive(lines.get(0).strip());
    }

    private static long machineBytes(Path root) {
        for (String line : lines(root.resolve("proc/meminfo"))) {
            if (line.startsWith("MemTotal:") && line.endsWith("kB")) {
                String kib = line.substring("MemTotal:".length(), line.length() - "kB".length());
                long total = positive(kib.strip());
                if (total <= Long.MAX_VALUE / 1024) {
                    return total * 1024;
                }
            }
        }
        return beanBytes();
    }

    private static long beanBytes() {
        var bean = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return bean.getTotalMemorySize();
    }

    /** The number, or unlimited for {@code max}, for 0 and for whatever else is no limit. */
    private static long positive(String text) {
        try {
            long number = Long.parseLong(text);
            return number > 0 ? number : UNLIMITED;
        } catch (NumberFormatException e) {
            return UNLIMITED;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException | SecurityException e) {
            return List.of();
        }
    }
}
