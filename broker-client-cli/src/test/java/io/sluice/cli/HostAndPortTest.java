package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostAndPortTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:25000",
        "::1, [::1]:25000",
        "2001:db8::7, [2001:db8::7]:25000",
        "2001:db8:0:1::, [2001:db8:0:1::]:25000",
        "::, [::]:25000",
        "1:2:3:4:5:6:7:8, [1:2:3:4:5:6:7:8]:25000"
    })
    void writesAddressesAsPeopleDo(String literal, String expected) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(literal), 25_000);

        assertThat(HostAndPort.text(address)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"localhost, localhost:1", "::1, [::1]:1", "[::1], [::1]:1", "'a\u001bb', a\\x1bb:1"})
    void writesHostsAsTheUserDid(String host, String expected) {
        assertThat(HostAndPort.text(host, 1)).isEqualTo(expected);
    }
}
