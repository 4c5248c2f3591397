package io.sluice.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.ManualClock;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.ClientActivity;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.ConnectionState;
import io.sluice.broker.metrics.SlowEpisode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClosedConnectionsTest {
    private static final int REMEMBERED = 3;

    private final ManualClock clock = new ManualClock();
    private final Connections connections = new Connections(100, REMEMBERED);

    @Test
    void theLastAreRememberedNewestFirst() {
        for (int i = 1; i <= 5; i++) {
            close(connection("c-" + i));
        }
        assertThat(connections.closed()).extracting(ConnectionSnapshot::id).containsExactly("c-5", "c-4", "c-3");
        assertThat(connections.all()).isEmpty();
    }

    @Test
    void oneIsRememberedAsItWasWhenItClosed() {
        Connection connection = connection("c-1");
        connections.add(connection);
        assertThat(connections.find("c-1")).isSameAs(connection);
        assertThat(connection.snapshot().state()).isEqualTo(ConnectionState.OPEN);
        assertThat(connection.snapshot().closed()).isNull();
        assertThat(connection.snapshot().reason()).isNull();
        SlowEpisode episode = new SlowEpisode(Instant.EPOCH, Instant.EPOCH, 1, 2, 3);
        connection.setClient(new ClientView() {
            @Override
            public ClientActivity activity() {
                return new ClientActivity("/topic/a", "/queue/b", 4, 5, 0, "", null);
            }

            @Override
            public List<SlowEpisode> slowEpisodes() {
                return List.of(episode);
            }
        });
        connection.ended();
        connections.remove(connection);
        assertThat(connections.find("c-1")).isNull();
        ConnectionSnapshot closed = connections.closed().get(0);
        assertThat(closed.state()).isEqualTo(ConnectionState.CLOSED);
        assertThat(closed.reason()).isEqualTo(CloseReason.RESET);
        assertThat(closed.closed()).isNotNull().isAfterOrEqualTo(closed.opened());
        assertThat(closed.subscribedTo()).isEqualTo("/topic/a");
        assertThat(closed.publishesTo()).isEqualTo("/queue/b");
        assertThat(closed.messagesIn()).isEqualTo(4);
        assertThat(closed.bytesIn()).isEqualTo(5);
        assertThat(connections.slowEpisodes("c-1")).hasValue(List.of(episode));
        assertThat(connections.slowEpisodes("c-2")).isEmpty();
    }

    @Test
    void aConnectionIsClosingOnceSomebodyAskedForIt() {
        Connection connection = connection("c-1");
        connection.close(CloseReason.ADMIN, "by a test");
        assertThat(connection.snapshot().state()).isEqualTo(ConnectionState.CLOSING);
    }

    private void close(Connection connection) {
        connections.add(connection);
        connection.ended();
        connections.remove(connection);
    }

    private Connection connection(String id) {
        return new TestConnection(id, ScriptedChannel.Reading.AS_NIO, TransportKind.NIO, clock, new BrokerCounters())
                .connection();
    }
}
