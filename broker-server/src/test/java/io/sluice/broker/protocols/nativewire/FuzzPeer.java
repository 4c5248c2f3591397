package io.sluice.broker.protocols.nativewire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.transport.WiredConnection;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One client twice: as the broker has it, and as the model does. */
final class FuzzPeer {
    final FuzzModel.Client model;
    final WiredConnection connection;
    private boolean blocked;

    FuzzPeer(FuzzModel.Client model, WiredConnection connection) {
        this.model = model;
        this.connection = connection;
        connection.channel().allowAll();
    }

    /** Its kernel takes no more, or so many bytes. */
    void block(int bytes) {
        blocked = true;
        connection.channel().block();
        connection.channel().allow(bytes);
        check();
    }

    /** Its kernel takes everything again. */
    void unblock() {
        if (blocked) {
            blocked = false;
            connection.channel().block();
            connection.channel().allowAll();
            check();
        }
    }

    boolean isBlocked() {
        return blocked;
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    /** What others have asked of it; false when there is nothing. */
    boolean runTasks() {
        boolean any = connection.loop().waitingTasks() > 0;
        connection.loop().runTasks();
        check();
        return any;
    }

    /** The broker has come to the same end as the model, or to none. */
    void check() {
        if (model.closed() == null && model.hasSaidGoodbye() && !isOpen()) {
            model.close(CloseReason.GOODBYE);
            assertThat(isSubscribedToQueue() || hasGotAll())
                    .as("got all before the end that goodbye brings")
                    .isTrue();
        }
        assertThat(isOpen()).as("open").isEqualTo(model.closed() == null);
        if (model.closed() != null) {
            assertThat(connection.closeReason()).isEqualTo(model.closed());
        } else {
            assertThat(model.hasSaidGoodbye() && !blocked)
                    .as("still open after goodbye although its kernel takes everything")
                    .isFalse();
        }
        if (!isSubscribedToQueue()) {
            assertGotNothingElse();
        }
    }

    boolean isSubscribedToQueue() {
        return FuzzModel.isQueue(model.subscribedTo());
    }

    /** Whether it got every message of its topic. */
    boolean hasGotAll() {
        return received().size() == model.expected.size();
    }

    private void assertGotNothingElse() {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        model.expected.forEach(message -> wire.writeBytes(FuzzStreams.frame(message)));
        byte[] taken = ByteBufUtil.getBytes(connection.channel().taken());
        assertThat(taken.length).as("bytes from " + model.subscribedTo()).isLessThanOrEqualTo(wire.size());
        int same = Arrays.mismatch(taken, wire.toByteArray());
        assertThat(same < 0 || same == taken.length)
                .as("what came from " + model.subscribedTo() + " is what was sent")
                .isTrue();
    }

    /** The messages that came completely. */
    List<byte[]> received() {
        List<byte[]> received = new ArrayList<>();
        ByteBuf rest = connection.channel().taken().duplicate();
        while (rest.readableBytes() >= 4 && rest.readableBytes() - 4 >= rest.getInt(rest.readerIndex())) {
            byte[] message = new byte[rest.readInt()];
            rest.readBytes(message);
            received.add(message);
        }
        return received;
    }
}
