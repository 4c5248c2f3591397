package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClientOptionsTest {
    private static final ClientOptions DEFAULTS = ClientOptions.of("broker", 25_000);

    @Test
    void hasTheDefaultsThatItsDocumentationNames() {
        assertThat(DEFAULTS)
                .isEqualTo(new ClientOptions(
                        "broker",
                        25_000,
                        Duration.ofSeconds(5),
                        false,
                        Duration.ofMillis(100),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        16 * 1024 * 1024,
                        1_000,
                        1024 * 1024,
                        16 * 1024 * 1024 - 1,
                        Duration.ofSeconds(10),
                        ConnectionListener.NONE));
    }

    @Test
    void eachChangeChangesNothingElse() {
        ConnectionListener listener = new ConnectionListener() {};
        ClientOptions changed = DEFAULTS.withConnectTimeout(Duration.ofMillis(1))
                .withRetryFirst(true)
                .withReconnectPauses(Duration.ofMillis(2), Duration.ofMillis(3))
                .withPublishTimeout(Duration.ofMillis(4))
                .withPublishMaxBytes(5)
                .withReceiveBounds(6, 7)
                .withMaxFrameBytes(8)
                .withCloseTimeout(Duration.ofMillis(9))
                .withListener(listener);

        assertThat(changed)
                .isEqualTo(new ClientOptions(
                        "broker",
                        25_000,
                        Duration.ofMillis(1),
                        true,
                        Duration.ofMillis(2),
                        Duration.ofMillis(3),
                        Duration.ofMillis(4),
                        5,
                        6,
                        7,
                        8,
                        Duration.ofMillis(9),
                        listener));
    }

    interface Change {
        ClientOptions make();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refused("host", () -> ClientOptions.of(" ", 25_000)),
                refused("port", () -> ClientOptions.of("broker", 0)),
                refused("port", () -> ClientOptions.of("broker", 65_536)),
                refused("connectTimeout", () -> DEFAULTS.withConnectTimeout(Duration.ZERO)),
                refused("reconnectMin", () -> DEFAULTS.withReconnectPauses(Duration.ZERO, Duration.ofSeconds(1))),
                refused(
                        "reconnectMax",
                        () -> DEFAULTS.withReconnectPauses(Duration.ofSeconds(2), Duration.ofSeconds(1))),
                refused("publishTimeout", () -> DEFAULTS.withPublishTimeout(Duration.ofMillis(-1))),
                refused("publishMaxBytes", () -> DEFAULTS.withPublishMaxBytes(0)),
                refused("receiveMaxMessages", () -> DEFAULTS.withReceiveBounds(0, 1)),
                refused("receiveMaxBytes", () -> DEFAULTS.withReceiveBounds(1, 0)),
                refused("maxFrameBytes", () -> DEFAULTS.withMaxFrameBytes(0)),
                refused("maxFrameBytes", () -> DEFAULTS.withMaxFrameBytes(Integer.MAX_VALUE)),
                refused("closeTimeout", () -> DEFAULTS.withCloseTimeout(Duration.ZERO)));
    }

    private static Arguments refused(String name, Change change) {
        return Arguments.of(name, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesWhatCannotWorkAndNamesIt(String name, Change change) {
        assertThatThrownBy(change::make)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @Test
    void refusesNull() {
        assertThatThrownBy(() -> ClientOptions.of(null, 25_000)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> DEFAULTS.withListener(null)).isInstanceOf(NullPointerException.class);
    }
}
