package io.sluice.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Against the client protocol's reference (docs.nats.io, "Client Protocol"). */
class NatsWireTest extends WireFormatContract {
    private static final String CONNECT = "CONNECT {\"verbose\":false,\"pedantic\":false,\"tls_required\":false,"
            + "\"name\":\"me\",\"lang\":\"java\",\"version\":\"1\"}\r\n";

    NatsWireTest() {
        super("nats");
    }

    @Override
    String delivery(String payload) {
        return "MSG a.0 1 " + payload.length() + "\r\n" + payload + "\r\n";
    }

    @Override
    String other() {
        return "INFO {\"server_id\":\"x\"}\r\n+OK\r\nPING\r\nPONG\r\n";
    }

    @Override
    List<String> foundInOther() {
        return List.of("reply PONG\r\n", "ready");
    }

    @Test
    void writesWhatTheReferenceSays() {
        assertThat(bytes(out -> wire.openPublisher(out, "me"))).isEqualTo(CONNECT + "PING\r\n");
        assertThat(bytes(out -> wire.openSubscriber(out, "me", "a.0", false)))
                .isEqualTo(CONNECT + "SUB a.0 1\r\nPING\r\n");
        assertThat(bytes(out -> wire.openSubscriber(out, "me", "a.0", true)))
                .isEqualTo(CONNECT + "SUB a.0 workers 1\r\nPING\r\n");
        assertThat(publish("a.0", "Hello NATS!")).isEqualTo("PUB a.0 11\r\nHello NATS!\r\n");
        assertThat(publish("a.0", "")).isEqualTo("PUB a.0 0\r\n\r\n");
        assertThat(bytes(wire::close)).isEmpty();
    }

    @Test
    void readsAMessageWithAReplySubject() throws WireException {
        assertThat(decode("MSG FOO.BAR 9 GREETING.34 11\r\nHello World\r\n")).containsExactly("payload Hello World");
    }

    @Test
    void saysWhatTheBrokerSaid() {
        assertThatThrownBy(() -> decode("-ERR 'Authorization Violation'\r\n"))
                .isInstanceOf(WireException.class)
                .hasMessage("the broker answered -ERR 'Authorization Violation'");
        assertThatThrownBy(() -> decode("HTTP/1.1 400 Bad Request\r\n"))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("HTTP/1.1 400");
    }

    @Test
    void refusesBrokenMessages() {
        assertThatThrownBy(() -> decode("MSG a 1 x\r\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("MSG a 1 \r\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("MSG a 1 4294967297\r\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("MSG a 1 1\r\nabc\r\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("PING\n")).isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("INFO " + "x".repeat(TextLines.MAX_LINE_BYTES)))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("65536");
    }
}
