package io.sluice.loadtest.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1:25000, 127.0.0.1, 25000", "localhost:1, localhost, 1"})
    void areReadAndShownAsPeopleWriteThem(String text, String host, int port) {
        assertThat(Addresses.parse(text).getHostString()).isEqualTo(host);
        assertThat(Addresses.parse(text).getPort()).isEqualTo(port);
        assertThat(Addresses.text(Addresses.parse(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1]:4222"})
    void anIpv6AddressStandsInBrackets(String text) {
        assertThat(Addresses.parse(text).getAddress().isLoopbackAddress()).isTrue();
        assertThat(Addresses.parse(text).getPort()).isEqualTo(4222);
        assertThat(Addresses.text(Addresses.parse(text))).startsWith("[").endsWith("]:4222");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", ":1", "host:", "host:x", "host:0", "host:65536", " :1"})
    void whatIsNoneIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Addresses.parse(text));
    }
}
