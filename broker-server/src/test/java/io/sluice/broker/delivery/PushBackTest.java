package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import org.junit.jupiter.api.Test;

final class PushBackTest extends OverflowPolicyContract {
    @Override
    OverflowPolicy policy() {
        return new PushBack();
    }

    @Test
    void takesEverythingAndSaysStopWhenItIsFull() {
        Backlog backlog = backlog(Long.MAX_VALUE, 3);
        assertThat(policy.offer(backlog, batches.numbered(0, 2))).isEqualTo(Offer.ACCEPTED);
        assertThat(policy.offer(backlog, batches.numbered(2, 1))).isEqualTo(Offer.PUSHED_BACK);
        assertThat(policy.offer(backlog, batches.numbered(3, 5))).isEqualTo(Offer.PUSHED_BACK);
        assertThat(backlog.droppedMessages()).isZero();
        assertThat(payloads(backlog)).hasSize(8);
    }

    @Test
    void saysThatItPushesBack() {
        assertThat(policy.pushesBack()).isTrue();
        assertThat(policy.closesInsteadOfDropping()).isFalse();
        assertThat(policy.keepsOnlyLatest()).isFalse();
    }
}
