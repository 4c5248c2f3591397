package io.sluice.loadtest.target;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What another JVM uses of its heap, read from the file of counters that HotSpot shares with tools such as {@code jstat}
 * ({@code hsperfdata_USER/PID} in the folder for temporary files). Nothing is asked of that JVM, so it is not disturbed; some
 * collectors bring these counters up to date only when they collect.
 */
final class JvmHeap {
    private static final int MAGIC = 0xcafec0c0;
    private static final int LITTLE_ENDIAN = 1;
    private static final int ORDER_AT = 4;
    private static final int ENTRIES_AT = 24;
    private static final int DATA_OFFSET_AT = 16;
    private static final double MIB = 1 << 20;

    private final @Nullable Path counters;

    private JvmHeap(@Nullable Path counters) {
        this.counters = counters;
    }

    static JvmHeap of(ProcessHandle process) {
        // Not java.io.tmpdir: HotSpot has it in /tmp, whatever that property says.
        return new JvmHeap(process.info()
                .user()
                .map(user -> Path.of("/tmp", "hsperfdata_" + user, Long.toString(process.pid())))
                .orElse(null));
    }

    /** Of all its spaces together; 0 if it is not known. */
    double usedMib() {
        if (counters == null || !Files.isReadable(counters)) {
            return 0;
        }
        try {
            return used(Files.readAllBytes(counters)) / MIB;
        } catch (IOException | BufferUnderflowException | IndexOutOfBoundsException e) {
            return 0;
        }
    }

    private static long used(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        if (file.getInt(0) != MAGIC) {
            return 0;
        }
        file.order(file.get(ORDER_AT) == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int entry = file.getInt(ENTRIES_AT);
        int entries = file.getInt(ENTRIES_AT + Integer.BYTES);
        long used = 0;
        for (int i = 0; i < entries; i++) {
            int length = file.getInt(entry);
            if (isUsedOfSpace(bytes, entry + file.getInt(entry + Integer.BYTES))) {
                used += file.getLong(entry + file.getInt(entry + DATA_OFFSET_AT));
            }
            entry += length;
        }
        return used;
    }

    /** Whether a name, which ends with a zero byte, is {@code sun.gc.generation.N.space.N.used}. */
    private static boolean isUsedOfSpace(byte[] bytes, int at) {
        int end = at;
        while (bytes[end] != 0) {
            end++;
        }
        String name = new String(bytes, at, end - at, StandardCharsets.US_ASCII);
        return name.startsWith("sun.gc.generation.") && name.contains(".space.") && name.endsWith(".used");
    }
}
