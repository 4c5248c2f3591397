package io.sluice.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WireFormatsTest {
    @Test
    void everyNameHasItsFormat() {
        assertThat(WireFormats.names()).containsExactly("native", "nats", "redis", "mqtt");
        for (String name : WireFormats.names()) {
            assertThat(WireFormats.of(name).name()).isEqualTo(name);
        }
    }

    @Test
    void saysWhichNamesThereAre() {
        assertThatThrownBy(() -> WireFormats.of("stomp"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the protocol \"stomp\" is not spoken here; one of native, nats, redis, mqtt is");
    }
}
