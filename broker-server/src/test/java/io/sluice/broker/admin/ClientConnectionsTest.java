package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.ConnectionState;
import io.sluice.broker.metrics.DelaySnapshot;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientConnectionsTest {
    /** Opened one after the other; d publishes only. */
    private static final List<ConnectionSnapshot> ALL = List.of(
            connection("a", 1, subscriber(500, 10, 2, null)),
            connection("b", 2, subscriber(100, 20, 0, Instant.EPOCH)),
            connection("c", 3, subscriber(200, 0, 7, Instant.EPOCH)),
            connection("d", 4, null));

    @ParameterizedTest
    @CsvSource({"SLOW, cbad", "BACKLOG, acbd", "AGE, bacd", "LOST, cabd", "OPENED, dcba", "CLOSED, dcba"})
    void theOrderIsWhatWasAskedForAndThenNewestFirst(ClientConnections.Sort sort, String ids) {
        assertThat(ClientConnections.sorted(ALL, sort))
                .extracting(ConnectionSnapshot::id)
                .containsExactly(ids.split(""));
    }

    @Test
    void whoIsSlowComesFirstAndWhoDoesNotSubscribeNotAtAll() {
        assertThat(ClientConnections.slowFirst(ALL))
                .extracting(ConnectionSnapshot::id)
                .containsExactly("b", "c", "a");
    }

    private static ConnectionSnapshot connection(
            String id, long openedSecond, @Nullable SubscriberSnapshot subscriber) {
        return new ConnectionSnapshot(
                id,
                "127.0.0.1:4711",
                "native",
                ConnectionState.OPEN,
                Instant.ofEpochSecond(openedSecond),
                null,
                null,
                "",
                "",
                0,
                0,
                0,
                "",
                subscriber);
    }

    private static SubscriberSnapshot subscriber(
            long heldBytes, long oldestAgeMs, long lost, @Nullable Instant slowSince) {
        return new SubscriberSnapshot(
                "c-1",
                "127.0.0.1:4711",
                "/topic/a",
                1,
                heldBytes,
                oldestAgeMs,
                0,
                0,
                0,
                Map.of(DropReason.OVERFLOW, lost),
                0,
                slowSince,
                0,
                DelaySnapshot.EMPTY);
    }
}
