package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class MemoryBoundsTest {
    private static final long MIB = 1 << 20;
    private static final MemoryConfig AUTO = new MemoryConfig(0);

    @Test
    void takesThreeQuartersOfTheDirectMemoryWhereThatIsLess() {
        MemoryBounds bounds = MemoryBounds.resolve(AUTO, 24_064 * MIB, "machine memory", 4096 * MIB);

        assertThat(bounds)
                .isEqualTo(new MemoryBounds(
                        3072 * MIB,
                        "3072 MiB = 75 % of 4096 MiB direct memory; 40 % of 24064 MiB machine memory would be 9625"
                                + " MiB"));
    }

    @Test
    void takesFourTenthsOfTheMemoryWhereThatIsLess() {
        MemoryBounds bounds = MemoryBounds.resolve(AUTO, 1000 * MIB, "container memory", 4096 * MIB);

        assertThat(bounds)
                .isEqualTo(new MemoryBounds(
                        400 * MIB,
                        "400 MiB = 40 % of 1000 MiB container memory; 75 % of 4096 MiB direct memory would be 3072"
                                + " MiB"));
    }

    @Test
    void takesWhatIsConfiguredUpToAlmostAllDirectMemory() {
        assertThat(MemoryBounds.resolve(new MemoryConfig(950 * MIB), 100 * MIB, "machine memory", 1000 * MIB))
                .isEqualTo(new MemoryBounds(950 * MIB, "950 MiB as configured by memory.max"));
        assertThatThrownBy(() -> MemoryBounds.resolve(
                        new MemoryConfig(950 * MIB + 1), 100_000 * MIB, "machine memory", 1000 * MIB))
                .isInstanceOf(ConfigException.class)
                .hasMessage("memory.max: 996147201 B: must be at most 950 MiB, 95 % of 1000 MiB direct memory; lower it"
                        + " or raise -XX:MaxDirectMemorySize");
    }

    @Test
    void doesNotOverflowWithoutAnyLimit() {
        MemoryBounds bounds = MemoryBounds.resolve(AUTO, Long.MAX_VALUE, "machine memory", Long.MAX_VALUE);

        assertThat(bounds.maxBytes()).isBetween(Long.MAX_VALUE / 10 * 3, Long.MAX_VALUE / 2);
    }

    @Test
    void theLargestFrameMustFitIn() {
        MemoryBounds bounds = MemoryBounds.resolve(AUTO, 1000 * MIB, "machine memory", 10 * MIB);

        assertThatThrownBy(() -> bounds.checkHolds(new NativeConfig(16_777_215)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("memory.max: 7680 KiB (7 MiB = 75 % of 10 MiB direct memory; ")
                .hasMessageEndingWith("smaller than the largest frame, 16777219 B; lower native.max-frame or give the"
                        + " broker more memory");
        bounds.checkHolds(new NativeConfig(1024));
    }

    @Test
    void refusesLimitsThatAreNone() {
        assertThatThrownBy(() -> MemoryBounds.resolve(AUTO, 0, "machine memory", 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MemoryBounds.resolve(AUTO, 1, "machine memory", 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
