package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import org.junit.jupiter.api.Test;

final class DisconnectTest extends OverflowPolicyContract {
    @Override
    OverflowPolicy policy() {
        return new Disconnect();
    }

    @Test
    void asksToCloseWhenABatchDoesNotFit() {
        Backlog backlog = backlog(Long.MAX_VALUE, 2);
        assertThat(policy.offer(backlog, batches.numbered(0, 2))).isEqualTo(Offer.ACCEPTED);
        assertThat(policy.offer(backlog, batches.numbered(2, 3))).isEqualTo(Offer.CLOSED);
        assertThat(backlog.droppedMessages()).isEqualTo(3);
        assertThat(payloads(backlog)).containsExactly("0", "1");
    }

    @Test
    void saysThatItCloses() {
        assertThat(policy.closesInsteadOfDropping()).isTrue();
        assertThat(policy.pushesBack()).isFalse();
        assertThat(policy.keepsOnlyLatest()).isFalse();
    }
}
