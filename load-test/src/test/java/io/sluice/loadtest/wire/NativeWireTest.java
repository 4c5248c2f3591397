package io.sluice.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NativeWireTest extends WireFormatContract {
    NativeWireTest() {
        super("native");
    }

    @Override
    String delivery(String payload) {
        return "\0\0" + (char) (payload.length() >> 8) + (char) (payload.length() & 0xff) + payload;
    }

    @Override
    String other() {
        return "";
    }

    @Override
    List<String> foundInOther() {
        return List.of();
    }

    @Test
    void writesTheSessionOfTheSpecification() {
        String session = bytes(out -> wire.openSubscriber(out, "me", "/topic/a", false))
                + publish("/queue/b", "hi")
                + publish("/queue/b", "")
                + bytes(wire::close);

        assertThat(session).isEqualTo("\0\0\0\10/topic/a\0\0\0\10/queue/b\0\0\0\2hi\0\0\0\10/queue/b\0\0\0\0\0\0\0\0");
    }

    @Test
    void aPublisherSubscribesToNothing() {
        assertThat(bytes(out -> wire.openPublisher(out, "me"))).isEqualTo("\0\0\0\5/null");
    }

    @Test
    void namesTopicsAndQueues() {
        assertThat(wire.destination("x", 3, false)).isEqualTo("/topic/x/3");
        assertThat(wire.destination("x", 3, true)).isEqualTo("/queue/x/3");
    }

    @Test
    void refusesALengthThatOnlyAnotherProtocolWouldSend() {
        assertThatThrownBy(() -> decode("HTTP/1.1 400 Bad Request\r\n"))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("a frame of 1213486160 bytes");
        assertThatThrownBy(() -> decode("\377\377\377\377"))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("4294967295");
    }
}
