package io.sluice.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.base.ManualClock;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConnectionTest {
    private final ManualClock clock = new ManualClock();
    private final BrokerCounters counters = new BrokerCounters();
    private final TestConnection test =
            new TestConnection("c-1", ScriptedChannel.Reading.AS_NIO, TransportKind.NIO, clock, counters);
    private final Connection connection = test.connection();

    @Test
    void theFirstReasonCounts() {
        try (LogLines lines = LogLines.of("io.sluice.close")) {
            connection.close(CloseReason.INVALID_NAME, "first");
            connection.close(CloseReason.MEMORY, "second");
            test.loop().runTasks();
            assertThat(test.channel().isOpen()).isFalse();
            assertThat(connection.closeReason()).isEqualTo(CloseReason.INVALID_NAME);
            assertThat(counters.totals().closed(CloseReason.INVALID_NAME)).isEqualTo(1);
            assertThat(counters.totals().closed(CloseReason.MEMORY)).isZero();
            assertThat(lines.lines()).containsExactly("WARN closed c-1 (127.0.0.1:4711): invalid-name: first");
        }
    }

    @Test
    void anOrdinaryEndIsNotLogged() {
        try (LogLines lines = LogLines.of("io.sluice.close")) {
            for (CloseReason reason :
                    List.of(CloseReason.LEFT, CloseReason.GOODBYE, CloseReason.RESET, CloseReason.SHUTDOWN)) {
                TestConnection other =
                        new TestConnection("c-2", ScriptedChannel.Reading.AS_NIO, TransportKind.NIO, clock, counters);
                other.connection().close(reason, "");
                other.loop().runTasks();
                assertThat(counters.totals().closed(reason)).isEqualTo(1);
            }
            assertThat(lines.lines()).isEmpty();
        }
    }

    @Test
    void isKnownToBeClosingBeforeItsLoopComesToIt() {
        connection.close(CloseReason.MEMORY, "");
        assertThat(connection.isClosing()).isTrue();
        assertThat(test.channel().isOpen()).isTrue();
        test.loop().runTasks();
        assertThat(test.channel().isOpen()).isFalse();
    }

    @Test
    void whoeverHoldsSomethingIsToldBeforeTheClientCanSeeTheEnd() {
        List<Boolean> openWhenTold = new ArrayList<>();
        connection.onClosing(() -> openWhenTold.add(test.channel().isOpen()));
        connection.close(CloseReason.LEFT, "");
        test.loop().runTasks();
        assertThat(openWhenTold).containsExactly(true);
    }

    @Test
    void aConnectionThatJustBreaksWasReset() {
        assertThat(connection.closeReason()).isEqualTo(CloseReason.RESET);
    }

    @Test
    void isClosedWhenNoFirstFrameComesInTime() {
        for (boolean done : new boolean[] {false, true}) {
            Connection fresh = new Connection(
                    test.channel(),
                    "c-3",
                    TransportKind.NIO,
                    clock,
                    BrokerConfig.defaults().transport(),
                    new CloseLog(clock),
                    counters);
            if (done) {
                fresh.handshakeDone();
            }
            clock.advanceMs(5_000);
            test.loop().runInside(() -> fresh.tick(clock.nowNs()));
            assertThat(fresh.isClosing()).isFalse();
            clock.advanceMs(1);
            fresh.tick(clock.nowNs());
            assertThat(fresh.isClosing()).isEqualTo(!done);
        }
    }

    @Test
    void passesTheTimeOn() {
        List<Long> told = new ArrayList<>();
        connection.onTick(told::add);
        test.tick();
        clock.advanceMs(500);
        test.tick();
        assertThat(told).containsExactly(clock.nowNs() - 500_000_000L, clock.nowNs());
    }

    @Test
    void pausesAndResumesReading() {
        connection.pauseReading();
        assertThat(test.channel().config().isAutoRead()).isFalse();
        test.loop().runInside(connection::resumeReading);
        assertThat(test.channel().config().isAutoRead()).isTrue();
        test.loop().runInside(connection::stopReading);
        test.loop().runInside(connection::resumeReading);
        assertThat(test.channel().config().isAutoRead()).as("for good").isFalse();
    }

    @Test
    void aFaultOfTheBrokerIsAnInternalErrorAndABrokenSocketIsNot() {
        test.loop().runInside(() -> connection.fail(new IOException("broken pipe")));
        assertThat(connection.closeReason()).isEqualTo(CloseReason.RESET);
        TestConnection other =
                new TestConnection("c-2", ScriptedChannel.Reading.AS_NIO, TransportKind.NIO, clock, counters);
        try (LogLines lines = LogLines.of("io.sluice.close")) {
            other.loop().runInside(() -> other.connection().fail(new IllegalStateException("on purpose")));
            assertThat(other.closeReason()).isEqualTo(CloseReason.INTERNAL_ERROR);
            assertThat(lines.lines()).hasSize(1);
            assertThat(lines.lines().get(0)).contains("on purpose");
        }
    }

    @Test
    void saysWhoItIs() {
        assertThat(connection).hasToString("c-1 (127.0.0.1:4711)");
        assertThat(connection.id()).isEqualTo("c-1");
        assertThat(connection.canCutWrites()).isTrue();
    }
}
