package io.sluice.broker.transport;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Addresses as people write them. */
public final class Addresses {
    private Addresses() {}

    /** {@code 127.0.0.1:25000} or {@code [::1]:25000}; never asks a name server. */
    public static String text(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? NetUtil.toSocketAddressString(inet)
                : String.valueOf(address);
    }
}
