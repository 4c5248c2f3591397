package io.sluice.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BrokerCountersTest {
    private final BrokerCounters counters = new BrokerCounters();

    @Test
    void sumsWhatItIsTold() {
        counters.received(2, 20);
        counters.received(3, 30);
        counters.written(1, 10);
        counters.returned(4);
        counters.pushedBack();
        counters.accepted();
        counters.accepted();
        counters.slowEpisodeStarted();
        counters.unread(99);
        CounterTotals totals = counters.totals();
        assertThat(totals.messagesIn()).isEqualTo(5);
        assertThat(totals.bytesIn()).isEqualTo(50);
        assertThat(totals.messagesWritten()).isEqualTo(1);
        assertThat(totals.bytesWritten()).isEqualTo(10);
        assertThat(totals.messagesReturned()).isEqualTo(4);
        assertThat(totals.pushBacks()).isEqualTo(1);
        assertThat(totals.connectionsAccepted()).isEqualTo(2);
        assertThat(totals.slowEpisodes()).isEqualTo(1);
        assertThat(totals.unreadBytes()).isEqualTo(99);
    }

    @Test
    void countsEachReasonApart() {
        counters.dropped(DropReason.OVERFLOW, 2, 20);
        counters.dropped(DropReason.OVERFLOW, 1, 10);
        counters.dropped(DropReason.EXPIRED, 5, 50);
        counters.dropped(DropReason.PURGED, 0, 0);
        counters.closed(CloseReason.LEFT);
        counters.closed(CloseReason.LEFT);
        CounterTotals totals = counters.totals();
        assertThat(totals.dropped(DropReason.OVERFLOW)).isEqualTo(3);
        assertThat(totals.droppedBytes().get(DropReason.OVERFLOW)).isEqualTo(30);
        assertThat(totals.dropped(DropReason.EXPIRED)).isEqualTo(5);
        assertThat(totals.dropped(DropReason.PURGED)).isZero();
        assertThat(totals.closed(CloseReason.LEFT)).isEqualTo(2);
        assertThat(totals.closed(CloseReason.RESET)).isZero();
        assertThat(totals.droppedMessages()).containsOnlyKeys(DropReason.values());
        assertThat(totals.closes()).containsOnlyKeys(CloseReason.values());
    }

    @Test
    void totalsAreASnapshotThatNobodyChanges() {
        CounterTotals before = counters.totals();
        counters.dropped(DropReason.OVERFLOW, 2, 20);
        assertThat(before.dropped(DropReason.OVERFLOW)).isZero();
        assertThatThrownBy(() -> before.droppedMessages().put(DropReason.OVERFLOW, 7L))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void losesNothingWhenManyThreadsCount() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int k = 0; k < 10_000; k++) {
                    counters.received(1, 3);
                    counters.dropped(DropReason.OVERFLOW, 1, 2);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(30_000);
        }
        assertThat(counters.totals().messagesIn()).isEqualTo(40_000);
        assertThat(counters.totals().bytesIn()).isEqualTo(120_000);
        assertThat(counters.totals().droppedBytes().get(DropReason.OVERFLOW)).isEqualTo(80_000);
    }

    @Test
    void reasonsHaveNamesOfTheirOwn() {
        assertThat(Arrays.stream(CloseReason.values()).map(CloseReason::text))
                .doesNotHaveDuplicates()
                .allMatch(text -> text.matches("[a-z]+(-[a-z]+)*"));
        assertThat(Arrays.stream(DropReason.values()).map(DropReason::text))
                .doesNotHaveDuplicates()
                .allMatch(text -> text.matches("[a-z]+(-[a-z]+)*"));
    }
}
