package io.sluice.broker.destination;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.message.Arrivals;
import io.sluice.broker.message.MessageBatch;
import io.sluice.protocol.NativeFrames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deals out a whole batch in regular turns: what a queue does while everybody has room.
 *
 * <p>One pass over the frames finds how large each share will be, a second copies them, and nothing is asked or
 * allocated per message. The outcome is that of dealing one by one. Where somebody might not have room for a share, nothing
 * is dealt, and the queue deals one by one.
 *
 * <p>Belongs to the queue's lock.
 */
final class EvenDeal {
    private static final Logger LOG = LoggerFactory.getLogger(EvenDeal.class);

    private final List<QueueMember> members = new ArrayList<>();
    private final List<MessageBatch> dealt = new ArrayList<>();
    private int[] shareBytes = new int[0];
    private ByteBuffer[] shares = new ByteBuffer[0];

    /**
     * Deals a batch out, if everybody has room for a share.
     *
     * @param batch untouched, its messages numbered one after the other
     * @param turn those in turn, of whom {@code next} is the next
     * @return whether it was dealt; its reference is still the caller's
     */
    boolean deal(MessageBatch batch, List<QueueMember> turn, int next) {
        choose(batch, turn, next);
        ByteBuffer source = NativeFrames.view(batch.frames().nioBuffer());
        measure(source, batch.messages());
        boolean possible = hasEverybodyRoom(batch) && allocate(batch);
        if (possible) {
            copy(source, batch.messages());
            for (int i = 0; i < dealt.size(); i++) {
                members.get(i).offerWhole(dealt.get(i));
            }
        }
        members.clear();
        dealt.clear();
        Arrays.fill(shares, null);
        return possible;
    }

    private void choose(MessageBatch batch, List<QueueMember> turn, int next) {
        int count = Math.min(turn.size(), batch.messages());
        for (int i = 0; i < count; i++) {
            members.add(turn.get((next + i) % turn.size()));
        }
        if (shareBytes.length < count) {
            shareBytes = new int[count];
            shares = new ByteBuffer[count];
        }
    }

    private void measure(ByteBuffer source, int messages) {
        int count = members.size();
        int index = 0;
        int member = 0;
        Arrays.fill(shareBytes, 0);
        for (int i = 0; i < messages; i++) {
            int frameBytes = NativeFrames.frameBytes(source, index);
            shareBytes[member] += frameBytes;
            member = member + 1 == count ? 0 : member + 1;
            index += frameBytes;
        }
    }

    private boolean hasEverybodyRoom(MessageBatch batch) {
        for (int i = 0; i < members.size(); i++) {
            QueueMember member = members.get(i);
            member.askForRoom();
            if (!member.hasRoomFor(shareBytes[i] + MessageBatch.OVERHEAD_BYTES, messagesOf(i, batch))) {
                return false;
            }
        }
        return true;
    }

    /** How many of the messages the member at a position gets. */
    private int messagesOf(int position, MessageBatch batch) {
        return (batch.messages() - position + members.size() - 1) / members.size();
    }

    /** Makes the shares, still empty; false if there is no memory for all of them. */
    private boolean allocate(MessageBatch batch) {
        long first = batch.arrivals().first();
        try {
            for (int i = 0; i < members.size(); i++) {
                ByteBuf share = batch.frames().alloc().directBuffer(shareBytes[i]);
                shares[i] = NativeFrames.view(share.internalNioBuffer(0, shareBytes[i]));
                share.writerIndex(shareBytes[i]);
                int messages = messagesOf(i, batch);
                dealt.add(new MessageBatch(share, messages, batch.arrivedNs(), batch.memory())
                        .arrivedAs(Arrivals.every(members.size(), first + i, messages)));
            }
            return true;
        } catch (OutOfMemoryError e) {
            LOG.debug("no memory to deal {} messages out", batch.messages(), e);
            dealt.forEach(MessageBatch::release);
            return false;
        }
    }

    private void copy(ByteBuffer source, int messages) {
        int count = members.size();
        int index = 0;
        int member = 0;
        for (int i = 0; i < messages; i++) {
            ByteBuffer share = shares[member];
            int frameBytes = NativeFrames.frameBytes(source, index);
            int to = share.position();
            NativeFrames.copy(source, index, share, to, frameBytes);
            share.position(to + frameBytes);
            member = member + 1 == count ? 0 : member + 1;
            index += frameBytes;
        }
    }
}
