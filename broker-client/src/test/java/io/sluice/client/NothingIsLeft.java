package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves a thread of a client behind, and a class of tests in which a buffer was lost. */
final class NothingIsLeft implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private LogCapture reports;
    private List<Thread> before = List.of();

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
        reports = new LogCapture("io.netty.util.ResourceLeakDetector");
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        // Left by a test before, which has failed for it.
        before = threads();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        await("threads end")
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(threads()).allMatch(before::contains));
    }

    /** The detector reports a buffer that was collected without having been released, when the next one is allocated. */
    @Override
    public void afterAll(ExtensionContext context) {
        for (int i = 0; i < 3; i++) {
            System.gc();
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        reports.close();
        assertThat(reports.lines()).as("reports of leaks").isEmpty();
    }

    /** The threads of clients that are alive. */
    static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("sluice-"))
                .toList();
    }
}
