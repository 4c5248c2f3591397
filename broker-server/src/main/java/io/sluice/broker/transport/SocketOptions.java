package io.sluice.broker.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.sluice.broker.base.OwnLoop;

/** Options of sockets that may be gone already: the client, or an error, can close one at any moment. */
@OwnLoop
final class SocketOptions {
    private SocketOptions() {}

    /** Sets an option, unless the socket is gone. */
    static <T> void set(Channel channel, ChannelOption<T> option, T value) {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.config().setOption(option, value);
        } catch (ChannelException e) {
            // It went in between; nobody is left whom the option could matter to.
            return;
        }
    }
}
