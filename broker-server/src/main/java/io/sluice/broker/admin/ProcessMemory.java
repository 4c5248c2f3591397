package io.sluice.broker.admin;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process takes of the machine's memory, in bytes. */
record ProcessMemory(long heapUsedBytes, long heapMaxBytes, long directBytes, long rssBytes) {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** Resident memory is 0 where the kernel does not tell it. */
    static ProcessMemory now() {
        Runtime runtime = Runtime.getRuntime();
        return new ProcessMemory(
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                Math.max(0, PlatformDependent.usedDirectMemory()),
                residentBytes());
    }

    private static long residentBytes() {
        try {
            for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // Not Linux.
            return 0;
        }
        return 0;
    }
}
