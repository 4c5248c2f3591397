package io.sluice.broker.destination;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.message.Arrivals;
import io.sluice.broker.message.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of a queue and the share of the messages being dealt that is put together for it.
 *
 * <p>Belongs to the queue's lock. How much room the subscriber has is asked once per deal: meanwhile it can only grow.
 */
final class QueueMember {
    private final Subscriber subscriber;
    private final long number;
    private long dealNumber;
    private long roomBytes;
    private long roomMessages;
    private @Nullable ByteBuf share;
    private int shareMessages;
    private Arrivals shareArrivals = new Arrivals();
    private boolean inTurn;
    private boolean left;

    QueueMember(Subscriber subscriber, long number) {
        this.subscriber = subscriber;
        this.number = number;
    }

    Subscriber subscriber() {
        return subscriber;
    }

    /** Members take their turns in the order of their numbers. */
    long number() {
        return number;
    }

    boolean isInTurn() {
        return inTurn;
    }

    void setInTurn(boolean inTurn) {
        this.inTurn = inTurn;
    }

    /** It takes no part until it {@linkplain Destination#rejoin rejoins}. */
    boolean hasLeft() {
        return left;
    }

    void setLeft(boolean left) {
        this.left = left;
    }

    /** Asks for the room, unless it was asked in this deal; true the first time in a deal. */
    boolean joinDeal(long deal) {
        if (dealNumber == deal) {
            return false;
        }
        dealNumber = deal;
        askForRoom();
        return true;
    }

    void askForRoom() {
        roomBytes = subscriber.roomBytes();
        roomMessages = subscriber.roomMessages();
    }

    boolean hasRoom() {
        return roomBytes > 0 && roomMessages > 0;
    }

    boolean hasRoomFor(long costBytes, int messages) {
        return roomBytes >= costBytes && roomMessages >= messages;
    }

    /** Copies the next message of a batch into the share. */
    void take(MessageBatch batch, int frameBytes, int guessedShareBytes) {
        ByteBuf buffer = share;
        if (buffer == null) {
            buffer = batch.frames().alloc().directBuffer(Math.max(frameBytes, guessedShareBytes));
            share = buffer;
            roomBytes -= MessageBatch.OVERHEAD_BYTES;
        }
        buffer.writeBytes(batch.frames(), batch.nextIndex(), frameBytes);
        shareArrivals.append(batch.nextArrival());
        shareMessages++;
        roomBytes -= frameBytes;
        roomMessages--;
        if (buffer.readableBytes() >= MessageBatch.MAX_BYTES) {
            offerShare(batch);
        }
    }

    /** Hands the share over, if there is one. */
    void offerShare(MessageBatch like) {
        ByteBuf buffer = share;
        if (buffer == null) {
            return;
        }
        MessageBatch batch = new MessageBatch(buffer, shareMessages, like.arrivedNs(), like.memory());
        batch.arrivedAs(shareArrivals);
        share = null;
        shareMessages = 0;
        shareArrivals = new Arrivals();
        subscriber.offer(batch);
    }

    /** Hands a whole batch over, with its reference, instead of copying its messages. */
    void offerWhole(MessageBatch batch) {
        roomBytes -= batch.costBytes();
        roomMessages -= batch.messages();
        subscriber.offer(batch);
    }
}
