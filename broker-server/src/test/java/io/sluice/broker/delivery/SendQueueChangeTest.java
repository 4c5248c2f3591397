package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.delivery.SendQueueFixture.Client;
import io.sluice.broker.delivery.SendQueueFixture.CountingPublisher;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.metrics.DropReason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A send queue that gets other settings while its subscriber does not read. */
final class SendQueueChangeTest {
    private final SendQueueFixture fixture = new SendQueueFixture();
    private final CountingPublisher publisher = new CountingPublisher();

    @AfterEach
    void nothingIsHeld() {
        fixture.close();
    }

    @Test
    void leavingPushBackReleasesThePublisherAndKeepsWhatIsQueued() {
        for (String policy : List.of("drop-newest", "drop-oldest", "latest", "disconnect")) {
            Client client = blocked("/topic/" + policy, 4, "push-back");
            assertThat(publish(client, 1, 4)).isEqualTo(Offer.PUSHED_BACK);
            assertThat(publisher.isPaused()).isTrue();

            change(client, messages(100), policy);

            assertThat(publisher.isPaused()).as(policy).isFalse();
            assertThat(client.queue.heldMessages()).isEqualTo(5);
            client.connection.channel().allowAll();
            assertThat(client.receivedNumbers()).containsExactly(0L, 1L, 2L, 3L, 4L);
        }
        assertThat(fixture.dropped(DropReason.OVERFLOW)).isZero();
    }

    @Test
    void enteringPushBackStopsThePublisherAtTheNextOffer() {
        Client client = blocked("/topic/test", 4, "drop-newest");
        publish(client, 1, 3);
        assertThat(publish(client, 4, 1)).isEqualTo(Offer.ACCEPTED);
        assertThat(fixture.dropped(DropReason.OVERFLOW)).isEqualTo(1);
        change(client, messages(4), "push-back");
        assertThat(publisher.isPaused()).isFalse();
        assertThat(publish(client, 5, 1)).isEqualTo(Offer.PUSHED_BACK);
        assertThat(publisher.isPaused()).isTrue();
        change(client, messages(4), "drop-newest");
        assertThat(publisher.isPaused()).isFalse();
    }

    @Test
    void aRaisedBoundLetsThePublisherGoOn() {
        Client client = blocked("/topic/test", 4, "push-back");
        publish(client, 1, 4);
        change(client, messages(100), "push-back");
        assertThat(publisher.isPaused()).isFalse();
        assertThat(publish(client, 5, 1)).isEqualTo(Offer.ACCEPTED);
    }

    @Test
    void aLoweredBoundDropsByTheNewPolicyAndIsASlowEpisode() {
        Client client = blocked("/topic/test", 100, "drop-newest");
        for (int i = 1; i < 10; i++) {
            publish(client, i, 1);
        }
        try (LogLines log = LogLines.of("io.sluice.slow")) {
            change(client, messages(4), "drop-oldest");
            assertThat(log.lines()).hasSize(1);
        }
        assertThat(client.queue.heldMessages()).isEqualTo(4);
        assertThat(client.snapshot().slow()).isTrue();
        assertThat(client.snapshot().droppedMessages()).containsEntry(DropReason.OVERFLOW, 6L);
        client.connection.channel().allowAll();
        // The first was on its way to the socket.
        assertThat(client.receivedNumbers()).containsExactly(0L, 7L, 8L, 9L);
    }

    @Test
    void anEpisodeEndsWhenTheBoundIsRaisedFarAboveWhatIsHeld() {
        Client client = blocked("/topic/test", 4, "drop-newest");
        publish(client, 1, 3);
        assertThat(client.snapshot().slow()).isTrue();
        change(client, messages(1_000), "drop-newest");
        assertThat(client.snapshot().slow()).isFalse();
    }

    @Test
    void aNewAgeIsForWhatIsQueuedToo() {
        Client client = blocked("/topic/test", 100, "drop-newest");
        publish(client, 1, 5);
        fixture.clock.advanceMs(2_000);
        client.tick();
        assertThat(client.queue.heldMessages()).isEqualTo(6);
        client.connection
                .loop()
                .runInside(() ->
                        client.queue.change(SendQueueFixture.settings(messages(100), "drop-newest", 1_000), 1_000));
        client.tick();
        assertThat(fixture.dropped(DropReason.EXPIRED)).isEqualTo(5);
    }

    @Test
    void aLargerWindowIsToldToTheQueue() {
        Client client = fixture.ofQueue(3);
        publish(client, 0, 10);
        client.run();
        assertThat(client.queue.heldMessages()).isEqualTo(3);
        change(client, messages(8), "push-back");
        assertThat(client.queue.heldMessages()).isEqualTo(8);
    }

    @Test
    void oneThatIsClosedIsLeftAlone() {
        Client client = blocked("/topic/test", 4, "push-back");
        client.connection.reset();
        client.run();
        change(client, messages(1), "drop-oldest");
        assertThat(client.queue.heldMessages()).isZero();
    }

    /** Its socket takes nothing, and message 0 is on its way there. */
    private Client blocked(String topic, long maxMessages, String policy) {
        Client client = fixture.subscribe(topic, SendQueueFixture.settings(messages(maxMessages), policy), 1);
        publish(client, 0, 1);
        client.run();
        return client;
    }

    private static BacklogBounds messages(long maxMessages) {
        return SendQueueFixture.messages(maxMessages);
    }

    private static void change(Client client, BacklogBounds bounds, String policy) {
        client.connection
                .loop()
                .runInside(() -> client.queue.change(
                        SendQueueFixture.settings(bounds, policy), SendQueueFixture.IN_FLIGHT_BYTES));
        client.run();
    }

    private Offer publish(Client client, long first, int count) {
        return client.destination.publish(fixture.numbered(first, count), publisher);
    }
}
