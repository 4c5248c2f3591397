package io.sluice.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Against MQTT 3.1.1 (OASIS standard, 29 October 2014). */
class MqttWireTest extends WireFormatContract {
    MqttWireTest() {
        super("mqtt");
    }

    @Override
    String delivery(String payload) {
        return publish("a/0", payload);
    }

    @Override
    String other() {
        return "\40\2\0\0" + "\220\3\0\1\0" + "\320\0";
    }

    @Override
    List<String> foundInOther() {
        // CONNACK does not make a subscriber ready, SUBACK does.
        return List.of("ready");
    }

    @Test
    void writesWhatTheStandardSays() {
        String connect = "\20\16\0\4MQTT\4\2\0\0\0\2me";
        assertThat(bytes(out -> wire.openPublisher(out, "me"))).isEqualTo(connect);
        assertThat(bytes(out -> wire.openSubscriber(out, "me", "a/b", false)))
                .isEqualTo(connect + "\202\10\0\1\0\3a/b\0");
        assertThat(publish("a/b", "hi")).isEqualTo("\60\7\0\3a/bhi");
        assertThat(bytes(wire::close)).isEqualTo("\340\0");
    }

    /** The examples of section 2.2.3, table 2.4. */
    @Test
    void writesRemainingLengthsOfOneToFourBytes() {
        assertThat(publish("a", "x".repeat(127 - 3))).startsWith("\60\177\0\1a");
        assertThat(publish("a", "x".repeat(128 - 3))).startsWith("\60\200\1\0\1a");
        assertThat(publish("a", "x".repeat(16_383 - 3))).startsWith("\60\377\177\0\1a");
        assertThat(publish("a", "x".repeat(16_384 - 3))).startsWith("\60\200\200\1\0\1a");
        assertThat(publish("a", "x".repeat(2_097_152 - 3))).startsWith("\60\200\200\200\1\0\1a");
    }

    @Test
    void readsALongMessage() throws WireException {
        String payload = "x".repeat(20_000);
        assertThat(decode(delivery(payload))).containsExactly("payload " + payload);
    }

    @Test
    void aPublisherIsReadyWhenItIsConnected() throws WireException {
        assertThat(Conversation.whole(wire.newInbound(false), "\40\2\0\0")).containsExactly("ready");
    }

    @Test
    void saysWhyTheBrokerRefused() {
        assertThatThrownBy(() -> decode("\40\2\0\5"))
                .isInstanceOf(WireException.class)
                .hasMessage("the broker refused the connection: not authorized");
        assertThatThrownBy(() -> decode("\220\3\0\1\200"))
                .isInstanceOf(WireException.class)
                .hasMessage("the broker refused the subscription: return code 128");
    }

    @Test
    void refusesWhatIsNotDue() {
        assertThatThrownBy(() -> decode("\60\377\377\377\377\1")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("\60\3\0\5a")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("\62\5\0\1a\0\1")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("\300\0")).isInstanceOf(WireException.class);
    }
}
