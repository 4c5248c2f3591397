package io.sluice.loadtest.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class ProcessUsageTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ProcessUsage own = ProcessUsage.of(ProcessHandle.current().pid());

    @TempDir
    private Path folder;

    @Test
    void seesWhatThisProcessUses() {
        ProcessUsage.Sample sample = own.sample();

        assertThat(sample.rssMib()).isBetween(20.0, 8192.0);
        assertThat(sample.heapMib()).isBetween(1.0, sample.rssMib());
        assertThat(sample.threads()).isBetween(5L, 1000L);
        assertThat(sample.descriptors()).isBetween(5L, 10_000L);
        assertThat(own.peakMib()).isGreaterThanOrEqualTo(sample.rssMib() * 0.5);
    }

    @Test
    void cpuTimeAdvancesWithWork() {
        double before = own.sample().cpuSeconds();

        await().atMost(TIMEOUT).until(() -> {
            long end = System.nanoTime() + 50_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return own.sample().cpuSeconds() >= before + 0.1;
        });
    }

    @Test
    void openFilesAreCounted() throws IOException {
        long before = own.sample().descriptors();
        FileChannel[] open = new FileChannel[50];
        for (int i = 0; i < open.length; i++) {
            open[i] = FileChannel.open(
                    folder.resolve("file-" + i),
                    java.nio.file.StandardOpenOption.CREATE,
                    java.nio.file.StandardOpenOption.WRITE);
        }
        // Others of this JVM may close some meanwhile.
        assertThat(own.sample().descriptors()).isGreaterThan(before + 25);
        for (FileChannel channel : open) {
            channel.close();
        }
    }

    @Test
    void aProcessThatHasEndedUsesNothing() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        ProcessUsage usage = ProcessUsage.of(process.pid());
        assertThat(usage.sample().heapMib()).isZero();
        process.destroyForcibly().waitFor();

        ProcessUsage.Sample sample = usage.sample();

        assertThat(sample.rssMib()).isZero();
        assertThat(sample.threads()).isZero();
        assertThat(sample.descriptors()).isZero();
        assertThat(usage.peakMib()).isZero();
        assertThat(usage.forgetPeak()).isFalse();
    }

    @Test
    void aProcessThatIsNotThereIsAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessUsage.of(999_999_999))
                .withMessage("there is no process 999999999");
    }
}
