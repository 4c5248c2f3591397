package io.sluice.broker.protocols.nativewire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.sluice.broker.base.LogLines;
import io.sluice.broker.base.Seed;
import io.sluice.broker.metrics.CloseReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sessions that are nearly right, without sockets: the broker ends each of them when and why the specification says,
 * gives everybody the messages that are theirs, counts both, and keeps nothing. See {@link FuzzRound}.
 */
class NativeFuzzTest {
    private static final boolean FULL = "full".equals(System.getProperty("sluice.size"));
    private static final int ROUNDS = FULL ? 22_500 : 900;
    private static final int ENOUGH_SESSIONS = FULL ? 75_000 : 2_500;
    private static final int ENOUGH_OF_EACH_REASON = FULL ? 1_000 : 20;
    private static final int ENOUGH_HANDSHAKES_PERCENT = 80;
    private static final int COLLECTIONS = 3;

    /** What a single session can bring about, with bounds that are never reached but for that of destinations. */
    private static final Set<CloseReason> REASONS = Set.of(
            CloseReason.GOODBYE,
            CloseReason.LEFT,
            CloseReason.RESET,
            CloseReason.SHUTDOWN,
            CloseReason.FRAME_TOO_LONG,
            CloseReason.INVALID_NAME,
            CloseReason.CUT_OFF,
            CloseReason.HANDSHAKE_TIMEOUT,
            CloseReason.FRAME_TIMEOUT,
            CloseReason.IDLE_TIMEOUT,
            CloseReason.DESTINATIONS,
            CloseReason.UNKNOWN_PROTOCOL);

    // In a thread of its own, as a loop without end can not be interrupted.
    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everySessionComesToWhatTheSpecificationSays() {
        Map<CloseReason, Long> closes = new EnumMap<>(CloseReason.class);
        AtomicInteger sessions = new AtomicInteger();
        AtomicInteger handshakes = new AtomicInteger();
        try (LogLines leaks = LogLines.of(ResourceLeakDetector.class)) {
            Seed.check(ROUNDS, random -> {
                FuzzRound round = new FuzzRound(random);
                round.run();
                sessions.addAndGet(round.sessions());
                handshakes.addAndGet(round.handshakes());
                round.closes().forEach((reason, count) -> closes.merge(reason, count, Long::sum));
            });
            findLeaks();
            assertThat(leaks.lines()).as("leak reports").noneMatch(line -> line.startsWith("ERROR"));
        }
        System.out.printf(
                "NativeFuzzTest: %d sessions, %d with a valid first frame, closed %s%n",
                sessions.get(), handshakes.get(), closes);
        assertThat(sessions.get()).isGreaterThanOrEqualTo(ENOUGH_SESSIONS);
        assertThat(handshakes.get() * 100L / sessions.get())
                .as("percent with a valid first frame")
                .isGreaterThanOrEqualTo(ENOUGH_HANDSHAKES_PERCENT);
        for (CloseReason reason : CloseReason.values()) {
            long enough = REASONS.contains(reason) ? ENOUGH_OF_EACH_REASON : 0;
            assertThat(closes.get(reason))
                    .as("closed for " + reason.text())
                    .isBetween(enough, enough == 0 ? 0 : Long.MAX_VALUE);
        }
    }

    /** A buffer nobody holds is found by the collector, and reported when another is made. */
    private static void findLeaks() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            UnpooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        }
    }
}
