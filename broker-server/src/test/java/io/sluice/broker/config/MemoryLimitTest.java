package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryLimitTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path root;

    @BeforeEach
    void aMachineOfFourGibibytes() throws IOException {
        write("proc/meminfo", "MemFree:          12 kB\nMemTotal:        4194304 kB\n");
    }

    @Test
    void isTheMachinesWithoutAContainer() {
        assertThat(MemoryLimit.detect(root)).isEqualTo(new MemoryLimit(4096 * MIB, "machine memory"));
    }

    @Test
    void isThatOfTheOwnGroup() throws IOException {
        write("proc/self/cgroup", "0::/system.slice/sluice.service\n");
        write("sys/fs/cgroup/system.slice/sluice.service/memory.max", "1073741824\n");
        write("sys/fs/cgroup/system.slice/memory.max", "max\n");

        assertThat(MemoryLimit.detect(root)).isEqualTo(new MemoryLimit(1024 * MIB, "container memory"));
    }

    @Test
    void isTheLeastOfAllGroupsAbove() throws IOException {
        write("proc/self/cgroup", "0::/a/b/c\n");
        write("sys/fs/cgroup/a/b/c/memory.max", "max\n");
        write("sys/fs/cgroup/a/b/memory.max", "3145728\n");
        write("sys/fs/cgroup/a/memory.max", "2097152\n");
        write("sys/fs/cgroup/memory.max", "4194304\n");

        assertThat(MemoryLimit.detect(root)).isEqualTo(new MemoryLimit(2 * MIB, "container memory"));
    }

    @Test
    void isFoundAtTheMountOfAContainerWhateverThePath() throws IOException {
        write("sys/fs/cgroup/memory.max", "536870912\n");
        for (String path : new String[] {"/", "/docker/4711", "/../..", "/../../x", "//"}) {
            write("proc/self/cgroup", "0::" + path + "\n");

            assertThat(MemoryLimit.detect(root)).isEqualTo(new MemoryLimit(512 * MIB, "container memory"));
        }
    }

    @Test
    void readsGroupsOfTheFirstVersionToo() throws IOException {
        write("proc/self/cgroup", "12:cpu,cpuacct:/x\n7:memory:/docker/4711\n0::/system.slice\n");
        write("sys/fs/cgroup/memory/docker/4711/memory.limit_in_bytes", "268435456\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");

        assertThat(MemoryLimit.detect(root)).isEqualTo(new MemoryLimit(256 * MIB, "container memory"));
    }

    @Test
    void aLimitAboveTheMachineIsNone() throws IOException {
        write("proc/self/cgroup", "7:memory:/\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");

        assertThat(MemoryLimit.detect(root)).isEqualTo(new MemoryLimit(4096 * MIB, "machine memory"));
    }

    @Test
    void doesNotMindGarbage() throws IOException {
        write("proc/self/cgroup", "\n:::\n0::\nx\n0::/a:b\n7:memory:\n");
        write("sys/fs/cgroup/memory.max", "lots\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "");

        assertThat(MemoryLimit.detect(root)).isEqualTo(new MemoryLimit(4096 * MIB, "machine memory"));
    }

    @Test
    void asksTheJdkWhereTheMachineDoesNotSay() throws IOException {
        write("proc/meminfo", "MemTotal: many kB\nMemTotal:   9223372036854775807 kB\n");

        MemoryLimit limit = MemoryLimit.detect(root);

        assertThat(limit.bytes()).isPositive().isLessThan(1L << 50);
        assertThat(limit.origin()).isEqualTo("machine memory");
    }

    @Test
    void isPositiveHere() {
        assertThat(MemoryLimit.detect().bytes()).isPositive();
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
