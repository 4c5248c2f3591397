package io.sluice.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FirstBytesTest {

    @ParameterizedTest
    @CsvSource({
        "16030100c8, TLS",
        "474554202f20485454502f312e310d0a, HTTP GET",
        "504f5354202f20485454502f312e310d, HTTP POST",
        "434f4e4e4543540a, STOMP",
        "53544f4d500a, STOMP",
        "0d0a, STOMP",
        "101600044d515454, MQTT",
        "5353482d322e30, SSH",
        "50524f58592054435034, the PROXY protocol",
        "0d0a0d0a000d0a515549540a, the PROXY protocol",
        "10000000, MQTT",
        "0f000000, a native length of 251658240",
        "ffffffff00, a native length of 4294967295",
        "00010000, a native length of 65536",
        "ff, bytes ff",
        "476574, bytes 476574",
    })
    void guessesWhatTheClientSpeaks(String hex, String guess) {
        ByteBuf first = Unpooled.buffer().writeZero(2).writeBytes(HexFormat.of().parseHex(hex));
        first.readerIndex(2);
        assertThat(FirstBytes.describe(first)).isEqualTo(guess);
        assertThat(first.readerIndex()).isEqualTo(2);
    }
}
