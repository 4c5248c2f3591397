package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.message.Arrivals;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.ScarceAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EvenDealTest {
    private final EvenDeal deal = new EvenDeal();
    private final PinnedMemory memory = new PinnedMemory(Long.MAX_VALUE);
    private final ScarceAllocator allocator = new ScarceAllocator();
    private final List<WindowSubscriber> subscribers = new ArrayList<>();

    @AfterEach
    void nothingIsHeld() {
        subscribers.forEach(WindowSubscriber::read);
        assertThat(memory.bytes()).isZero();
        assertThat(memory.batches()).isZero();
    }

    @Test
    void sharesKeepTheirArrivalNumbers() {
        List<QueueMember> turn = turn(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        MessageBatch batch = batch(100, 8);
        assertThat(deal.deal(batch, turn, 2)).isTrue();
        assertThat(batch.refCnt()).isEqualTo(1);
        batch.release();
        assertThat(subscribers.get(2).offered()).containsExactly("0", "3", "6");
        assertThat(subscribers.get(0).offered()).containsExactly("11", "44", "77");
        assertThat(subscribers.get(1).offered()).containsExactly("222", "555");
        assertThat(arrivalsOf(2)).containsExactly(100L, 103L, 106L);
        assertThat(arrivalsOf(0)).containsExactly(101L, 104L, 107L);
        assertThat(arrivalsOf(1)).containsExactly(102L, 105L);
    }

    @Test
    void fewerMessagesThanMembersGoToTheNextInTurn() {
        List<QueueMember> turn = turn(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        MessageBatch batch = batch(0, 2);
        assertThat(deal.deal(batch, turn, 1)).isTrue();
        batch.release();
        assertThat(subscribers.get(0).offered()).isEmpty();
        assertThat(subscribers.get(1).offered()).containsExactly("0");
        assertThat(subscribers.get(2).offered()).containsExactly("11");
    }

    @Test
    void dealsNothingIfSomebodyHasNoRoomForAShare() {
        // The second share: the frames of "11" and "3".
        long enough = MessageBatch.OVERHEAD_BYTES + 6 + 5;
        for (long room : new long[] {0, MessageBatch.OVERHEAD_BYTES, enough - 1, enough}) {
            subscribers.clear();
            List<QueueMember> turn = turn(Long.MAX_VALUE, room);
            MessageBatch batch = batch(0, 4);
            assertThat(deal.deal(batch, turn, 0)).as("room for %d bytes", room).isEqualTo(room == enough);
            batch.release();
            assertThat(subscribers.get(0).offered()).hasSize(room == enough ? 2 : 0);
            subscribers.forEach(WindowSubscriber::read);
        }
    }

    @Test
    void dealsNothingIfThereIsNotMemoryForAllShares() {
        List<QueueMember> turn = turn(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        MessageBatch batch = batch(0, 6);
        allocator.leave(2);
        assertThat(deal.deal(batch, turn, 0)).isFalse();
        assertThat(subscribers)
                .allSatisfy(subscriber -> assertThat(subscriber.offered()).isEmpty());
        assertThat(memory.batches()).as("the batch alone").isEqualTo(1);
        allocator.leave(3);
        assertThat(deal.deal(batch, turn, 0)).isTrue();
        batch.release();
        assertThat(subscribers)
                .allSatisfy(subscriber -> assertThat(subscriber.offered()).hasSize(2));
    }

    private List<QueueMember> turn(long... rooms) {
        List<QueueMember> turn = new ArrayList<>();
        for (long room : rooms) {
            WindowSubscriber subscriber = WindowSubscriber.of("s" + turn.size(), room, Long.MAX_VALUE);
            subscribers.add(subscriber);
            turn.add(new QueueMember(subscriber, turn.size()));
        }
        return turn;
    }

    /** The payload of message i is its number, one to three times. */
    private MessageBatch batch(long firstArrival, int messages) {
        ByteBuf frames = allocator.directBuffer(1024);
        for (int i = 0; i < messages; i++) {
            byte[] payload = Integer.toString(i).repeat(1 + i % 3).getBytes(StandardCharsets.UTF_8);
            frames.writeInt(payload.length).writeBytes(payload);
        }
        return new MessageBatch(frames, messages, 0, memory).arrivedAs(Arrivals.consecutive(firstArrival, messages));
    }

    private List<Long> arrivalsOf(int subscriber) {
        MessageBatch share = subscribers.get(subscriber).held().get(0);
        return IntStream.range(0, share.messages())
                .mapToObj(share.arrivals()::get)
                .toList();
    }
}
