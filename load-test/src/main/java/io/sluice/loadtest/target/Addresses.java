package io.sluice.loadtest.target;

import java.net.InetSocketAddress;

/** Addresses as people write them: {@code 127.0.0.1:25000}, {@code host:25000}, {@code [::1]:25000}. */
public final class Addresses {
    private static final int MAX_PORT = 65_535;

    private Addresses() {}

    /**
     * Reads one; whether the name can be resolved shows when it is connected to.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
        }
        return of(text.substring(0, colon), text.substring(colon + 1));
    }

    public static InetSocketAddress of(String host, int port) {
        if (host.isBlank()) {
            throw new IllegalArgumentException("the host is empty");
        }
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is not between 1 and " + MAX_PORT);
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new InetSocketAddress(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    public static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private static InetSocketAddress of(String host, String port) {
        try {
            return of(host, Integer.parseInt(port));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + port + "' is not a port", e);
        }
    }
}
