package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import org.junit.jupiter.api.Test;

final class LatestTest extends OverflowPolicyContract {
    @Override
    OverflowPolicy policy() {
        return new Latest();
    }

    @Test
    void keepsAllWhileTheSocketTakesThem() {
        Backlog backlog = backlog(Long.MAX_VALUE, Long.MAX_VALUE);
        policy.offer(backlog, batches.numbered(0, 3));
        policy.offer(backlog, batches.numbered(3, 1));
        assertThat(payloads(backlog)).containsExactly("0", "1", "2", "3");
    }

    @Test
    void keepsOneMessageWhileTheSocketIsBlocked() {
        Backlog backlog = backlog(Long.MAX_VALUE, Long.MAX_VALUE);
        backlog.setBlocked(true);
        assertThat(policy.offer(backlog, batches.numbered(0, 1))).isEqualTo(Offer.ACCEPTED);
        assertThat(policy.offer(backlog, batches.numbered(1, 1))).isEqualTo(Offer.DROPPED);
        assertThat(policy.offer(backlog, batches.numbered(2, 3))).isEqualTo(Offer.DROPPED);
        assertThat(backlog.heldMessages()).isEqualTo(1);
        assertThat(backlog.droppedMessages()).isEqualTo(4);
        assertThat(payloads(backlog)).containsExactly("4");
    }

    @Test
    void ofABatchThatFindsNothingTheOlderMessagesAreReplacedToo() {
        Backlog backlog = backlog(Long.MAX_VALUE, Long.MAX_VALUE);
        backlog.setBlocked(true);
        assertThat(policy.offer(backlog, batches.numbered(0, 3))).isEqualTo(Offer.DROPPED);
        assertThat(backlog.droppedMessages()).isEqualTo(2);
        assertThat(payloads(backlog)).containsExactly("2");
    }

    @Test
    void keepsOneMessageAtTheBoundThoughTheSocketIsNotBlocked() {
        Backlog backlog = backlog(Long.MAX_VALUE, 3);
        policy.offer(backlog, batches.numbered(0, 3));
        assertThat(policy.offer(backlog, batches.numbered(3, 2))).isEqualTo(Offer.DROPPED);
        assertThat(payloads(backlog)).containsExactly("4");
    }

    @Test
    void saysThatItKeepsOnlyTheLatest() {
        assertThat(policy.keepsOnlyLatest()).isTrue();
        assertThat(policy.pushesBack()).isFalse();
        assertThat(policy.closesInsteadOfDropping()).isFalse();
    }
}
