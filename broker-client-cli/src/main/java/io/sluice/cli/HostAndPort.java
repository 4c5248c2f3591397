package io.sluice.cli;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** How an address is written: {@code 127.0.0.1:25000}, {@code [::1]:25000}. */
final class HostAndPort {
    private HostAndPort() {}

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        if (address.getAddress() instanceof Inet6Address) {
            host = host.replaceFirst("(^|:)(0(:|$|(?=%))){2,}", "::");
        }
        return text(host, address.getPort());
    }

    static String text(String host, int port) {
        boolean bareIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
        return TerminalText.of(bareIpv6 ? "[" + host + "]:" + port : host + ":" + port);
    }
}
