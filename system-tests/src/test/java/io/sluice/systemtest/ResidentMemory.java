package io.sluice.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The resident memory of a process, and the most it has been; from {@code /proc}, Linux only. */
final class ResidentMemory {
    private final Path folder;

    ResidentMemory(long pid) {
        folder = Path.of("/proc", Long.toString(pid));
    }

    /** How much it is now, in bytes (VmRSS). */
    long bytes() {
        return read("VmRSS:");
    }

    /** The most it has been, in bytes, since it was last forgotten (VmHWM). */
    long mostBytes() {
        return read("VmHWM:");
    }

    /** Forgets the most it has been; returns how much it is now, in bytes. Source: proc(5), clear_refs. */
    long forgetMost() {
        try {
            Files.writeString(folder.resolve("clear_refs"), "5");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes();
    }

    private long read(String name) {
        try (Stream<String> lines = Files.lines(folder.resolve("status"))) {
            String kib = lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no " + name + " the process has ended"))
                    .replaceAll("\\D", "");
            return Long.parseLong(kib) * 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
