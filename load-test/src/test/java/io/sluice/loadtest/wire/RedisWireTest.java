package io.sluice.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Against the specification of RESP 2 and the page on publish-subscribe (redis.io). */
class RedisWireTest extends WireFormatContract {
    RedisWireTest() {
        super("redis");
    }

    @Override
    String delivery(String payload) {
        return "*3\r\n$7\r\nmessage\r\n$3\r\na:0\r\n$" + payload.length() + "\r\n" + payload + "\r\n";
    }

    @Override
    String other() {
        return "*3\r\n$9\r\nsubscribe\r\n$3\r\na:0\r\n:1\r\n:25\r\n";
    }

    @Override
    List<String> foundInOther() {
        return List.of("ready");
    }

    @Test
    void writesWhatTheSpecificationSays() {
        assertThat(bytes(out -> wire.openPublisher(out, "me"))).isEqualTo("*1\r\n$4\r\nPING\r\n");
        assertThat(bytes(out -> wire.openSubscriber(out, "me", "a:0", false)))
                .isEqualTo("*2\r\n$9\r\nSUBSCRIBE\r\n$3\r\na:0\r\n");
        assertThat(publish("a:0", "Hello")).isEqualTo("*3\r\n$7\r\nPUBLISH\r\n$3\r\na:0\r\n$5\r\nHello\r\n");
        assertThat(bytes(wire::close)).isEmpty();
    }

    @Test
    void aPublisherIsReadyWhenItIsAnsweredAndSkipsTheNumbersOfReaders() throws WireException {
        assertThat(Conversation.whole(wire.newInbound(false), "+PONG\r\n:1\r\n:0\r\n"))
                .containsExactly("ready");
    }

    @Test
    void saysWhatTheBrokerSaid() {
        assertThatThrownBy(() -> decode("-NOAUTH Authentication required.\r\n"))
                .isInstanceOf(WireException.class)
                .hasMessage("the broker answered -NOAUTH Authentication required.");
    }

    @Test
    void refusesWhatASubscriberCannotReceive() {
        assertThatThrownBy(() -> decode("*2\r\n$7\r\nmessage\r\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("*3\r\n$8\r\npmessage\r\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("*3\r\n$-1\r\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("*3\r\n$7\r\nmessages\r\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("HTTP/1.1 400 Bad Request\r\n")).isInstanceOf(WireException.class);
    }
}
