package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.BacklogBounds;
import org.junit.jupiter.api.Test;

final class DropNewestTest extends OverflowPolicyContract {
    @Override
    OverflowPolicy policy() {
        return new DropNewest();
    }

    @Test
    void refusesWholeBatchesAtTheBoundAndKeepsWhatWaits() {
        Backlog backlog = backlog(Long.MAX_VALUE, 3);
        assertThat(policy.offer(backlog, batches.numbered(0, 2))).isEqualTo(Offer.ACCEPTED);
        assertThat(policy.offer(backlog, batches.numbered(2, 2))).isEqualTo(Offer.ACCEPTED);
        assertThat(policy.offer(backlog, batches.numbered(4, 2))).isEqualTo(Offer.DROPPED);
        assertThat(backlog.droppedMessages()).isEqualTo(2);
        assertThat(payloads(backlog)).containsExactly("0", "1", "2", "3");
    }

    @Test
    void neitherPushesBackNorCloses() {
        assertThat(policy.pushesBack()).isFalse();
        assertThat(policy.closesInsteadOfDropping()).isFalse();
        assertThat(policy.keepsOnlyLatest()).isFalse();
    }

    @Test
    void aLoweredBoundCostsTheNewest() {
        Backlog backlog = backlog(Long.MAX_VALUE, 10);
        for (int i = 0; i < 4; i++) {
            policy.offer(backlog, batches.numbered(2L * i, 2));
        }
        backlog.setBounds(new BacklogBounds(Long.MAX_VALUE, 5));
        policy.shrink(backlog);
        assertThat(backlog.droppedMessages()).isEqualTo(4);
        assertThat(payloads(backlog)).containsExactly("0", "1", "2", "3");
    }
}
