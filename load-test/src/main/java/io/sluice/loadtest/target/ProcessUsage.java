package io.sluice.loadtest.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * What a process uses, from {@code /proc} (Linux; elsewhere only CPU time is known, the rest is 0). A process that has ended
 * uses nothing. One thread at a time.
 */
public final class ProcessUsage {
    private static final double KIB_PER_MIB = 1024;

    private final ProcessHandle handle;
    private final Path folder;
    private final JvmHeap heap;

    private ProcessUsage(ProcessHandle handle) {
        this.handle = handle;
        this.folder = Path.of("/proc", Long.toString(handle.pid()));
        this.heap = JvmHeap.of(handle);
    }

    /**
     * Of a process on this machine.
     *
     * @throws IllegalArgumentException if there is no such process
     */
    public static ProcessUsage of(long pid) {
        return new ProcessUsage(
                ProcessHandle.of(pid).orElseThrow(() -> new IllegalArgumentException("there is no process " + pid)));
    }

    /**
     * At one moment.
     *
     * @param atNs {@link System#nanoTime}
     * @param cpuSeconds since the process began
     * @param heapMib what is used of the heap; 0 if it is no HotSpot JVM, or another user's
     */
    public record Sample(long atNs, double cpuSeconds, double rssMib, long descriptors, long threads, double heapMib) {}

    public Sample sample() {
        double cpu = handle.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
        return new Sample(
                System.nanoTime(),
                cpu,
                status("VmRSS:") / KIB_PER_MIB,
                descriptors(),
                status("Threads:"),
                heap.usedMib());
    }

    /** Forgets the most resident memory there has been; false if that is not allowed. Source: proc(5), clear_refs. */
    public boolean forgetPeak() {
        try {
            Files.writeString(folder.resolve("clear_refs"), "5");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The most resident memory there has been since it was last forgotten. */
    public double peakMib() {
        return status("VmHWM:") / KIB_PER_MIB;
    }

    private long status(String key) {
        try (Stream<String> lines = Files.lines(folder.resolve("status"))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.replaceAll("\\D", ""))
                    .filter(digits -> !digits.isEmpty())
                    .findFirst()
                    .map(Long::parseLong)
                    .orElse(0L);
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private long descriptors() {
        try (Stream<Path> open = Files.list(folder.resolve("fd"))) {
            return open.count();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
