package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.MessageBatch;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class DropOldestTest extends OverflowPolicyContract {
    @Override
    OverflowPolicy policy() {
        return new DropOldest();
    }

    @Test
    void theOldestMakeRoomAndNoMoreThanNeeded() {
        Backlog backlog = backlog(Long.MAX_VALUE, 4);
        policy.offer(backlog, batches.numbered(0, 1));
        policy.offer(backlog, batches.numbered(1, 1));
        policy.offer(backlog, batches.numbered(2, 3));
        assertThat(policy.offer(backlog, batches.numbered(5, 1))).isEqualTo(Offer.DROPPED);
        assertThat(backlog.droppedMessages()).isEqualTo(2);
        assertThat(payloads(backlog)).containsExactly("2", "3", "4", "5");
    }

    @Test
    void theNewestGoesWhenWhatIsOnItsWayFillsTheBoundAlone() {
        Backlog backlog = backlog(Long.MAX_VALUE, 2);
        policy.offer(backlog, batches.numbered(0, 2));
        MessageBatch onItsWay = Objects.requireNonNull(backlog.poll());
        assertThat(policy.offer(backlog, batches.numbered(2, 1))).isEqualTo(Offer.DROPPED);
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(backlog.droppedMessages()).isEqualTo(1);
        backlog.settle(onItsWay.costBytes(), 2);
        onItsWay.release();
    }

    @Test
    void neitherPushesBackNorCloses() {
        assertThat(policy.pushesBack()).isFalse();
        assertThat(policy.closesInsteadOfDropping()).isFalse();
        assertThat(policy.keepsOnlyLatest()).isFalse();
    }

    @Test
    void aLoweredBoundCostsTheOldest() {
        Backlog backlog = backlog(Long.MAX_VALUE, 10);
        for (int i = 0; i < 4; i++) {
            policy.offer(backlog, batches.numbered(2L * i, 2));
        }
        backlog.setBounds(new BacklogBounds(Long.MAX_VALUE, 5));
        policy.shrink(backlog);
        assertThat(backlog.droppedMessages()).isEqualTo(4);
        assertThat(payloads(backlog)).containsExactly("4", "5", "6", "7");
    }
}
