package io.sluice.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ConnectionsTest {

    @Test
    void hasPlacesForSoManyAndNoMore() {
        Connections connections = new Connections(2);
        assertThat(connections.tryEnter()).isTrue();
        assertThat(connections.tryEnter()).isTrue();
        assertThat(connections.tryEnter()).isFalse();
        assertThat(connections.tryEnter()).isFalse();
        assertThat(connections.open()).isEqualTo(2);
        assertThat(connections.max()).isEqualTo(2);
    }

    @Test
    void namesEachConnectionDifferently() {
        Connections connections = new Connections(2);
        assertThat(connections.nextId()).isEqualTo("c-1");
        assertThat(connections.nextId()).isEqualTo("c-2");
    }
}
