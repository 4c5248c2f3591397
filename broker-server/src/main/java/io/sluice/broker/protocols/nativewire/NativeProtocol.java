package io.sluice.broker.protocols.nativewire;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.session.SessionContext;
import io.sluice.broker.transport.Connection;
import io.sluice.broker.transport.WireProtocol;

/** The native protocol: the first frame is a name of at most 1,024 bytes, so the first two bytes are 0. */
public final class NativeProtocol implements WireProtocol {
    private final SessionContext context;

    public NativeProtocol(SessionContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return "native";
    }

    @Override
    public Match match(ByteBuf first) {
        int index = first.readerIndex();
        if (first.getByte(index) != 0) {
            return Match.NO;
        }
        if (first.readableBytes() < 2) {
            return Match.NEED_MORE;
        }
        return first.getByte(index + 1) == 0 ? Match.YES : Match.NO;
    }

    @Override
    public void install(Connection connection) {
        connection.install(name(), new NativeHandler(connection, context));
    }
}
