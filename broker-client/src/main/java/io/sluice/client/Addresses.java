package io.sluice.client;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;

/** The addresses of a host, and how an address is written. */
final class Addresses {
    private Addresses() {}

    /** Asks the system, on a thread of its own: that may take seconds, and the event loop serves others. */
    static CompletableFuture<InetAddress[]> resolve(String host) {
        CompletableFuture<InetAddress[]> resolved = new CompletableFuture<>();
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            resolve(host, resolved);
        } else {
            Thread thread = new Thread(() -> resolve(host, resolved), "sluice-resolve " + host);
            thread.setDaemon(true);
            thread.start();
        }
        return resolved;
    }

    private static void resolve(String host, CompletableFuture<InetAddress[]> resolved) {
        try {
            resolved.complete(InetAddress.getAllByName(host));
        } catch (UnknownHostException | RuntimeException e) {
            resolved.completeExceptionally(e);
        }
    }

    /** {@code 127.0.0.1:25000}, {@code [::1]:25000}. */
    static String text(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /** An address without the name that it came from. */
    static String text(InetSocketAddress address) {
        return NetUtil.toSocketAddressString(address);
    }
}
