package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.delivery.SendQueueFixture.Client;
import io.sluice.broker.delivery.SendQueueFixture.CountingPublisher;
import io.sluice.broker.message.BacklogBounds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A slow episode names everything that was lost in it, from its first message on. */
final class SlowEpisodeLossTest {
    private final SendQueueFixture fixture = new SendQueueFixture();
    private final CountingPublisher publisher = new CountingPublisher();

    @AfterEach
    void nothingIsHeld() {
        fixture.close();
    }

    @Test
    void withLatestTheFirstReplacedMessageBeginsAnEpisodeThatLastsWhileTheSocketIsBlocked() {
        try (LogLines slow = LogLines.of("io.sluice.slow")) {
            Client client = topicSubscriber(SendQueueFixture.UNLIMITED, "latest");
            publish(client, 0, 1);
            client.run();
            publish(client, 1, 1);
            client.run();
            assertThat(slow.lines()).isEmpty();
            publish(client, 2, 1);
            client.run();
            assertThat(slow.lines()).hasSize(1);
            assertThat(client.snapshot().slow()).isTrue();
            client.connection.channel().allow(3);
            assertThat(client.snapshot().slow()).isTrue();
            client.connection.channel().allowAll();
            assertThat(slow.lines()).hasSize(2);
            assertThat(slow.lines().get(1)).contains("caught up").endsWith("lost 1 messages");
            assertThat(client.receivedNumbers()).containsExactly(0L, 2L);
        }
    }

    @Test
    void anEpisodeEndsWhenTheSubscriberLeaves() {
        try (LogLines slow = LogLines.of("io.sluice.slow")) {
            Client client = topicSubscriber(SendQueueFixture.messages(4), "drop-newest");
            publish(client, 0, 4);
            publish(client, 4, 2);
            client.run();
            client.connection.reset();
            assertThat(slow.lines()).hasSize(2);
            assertThat(slow.lines().get(1)).contains("left").endsWith("lost 6 messages");
        }
    }

    private Client topicSubscriber(BacklogBounds bounds, String policy) {
        return fixture.ofTopic(SendQueueFixture.settings(bounds, policy));
    }

    private void publish(Client client, long first, int count) {
        client.destination.publish(fixture.numbered(first, count), publisher);
    }
}
