package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.delivery.SendQueueFixture.Client;
import io.sluice.broker.delivery.SendQueueFixture.CountingPublisher;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A subscriber of a queue that holds nothing has not stalled, however late its loop comes to look at it. */
final class SendQueueIdleTest {
    private final SendQueueFixture fixture = new SendQueueFixture();
    private final CountingPublisher publisher = new CountingPublisher();

    @AfterEach
    void nothingIsHeld() {
        fixture.close();
    }

    @Test
    void anIdleSubscriberThatIsOfferedAMessageAfterALongTimeIsNotStalled() {
        Client client = fixture.ofQueue(100);
        client.connection.channel().allowAll();
        client.tick();
        // The process stood still: no tick for a long time, and then one before the loop comes to drain.
        fixture.clock.advanceMs(2 * SendQueueFixture.STALL_TIMEOUT_MS);
        publish(client, 0, 2);
        client.tick();
        client.run();
        assertThat(client.receivedNumbers()).containsExactly(0L, 1L);
        assertThat(fixture.counters.totals().messagesReturned()).isZero();
    }

    @Test
    void whoIsFoundStalledWithNothingOnItsWayComesBack() {
        Client client = fixture.ofQueue(100);
        client.connection.channel().allowAll();
        client.tick();
        // Its loop is kept from draining for longer than the timeout.
        publish(client, 0, 2);
        fixture.clock.advanceMs(2 * SendQueueFixture.STALL_TIMEOUT_MS);
        client.tick();
        client.run();
        publish(client, 2, 2);
        client.run();
        client.tick();
        client.run();
        assertThat(client.receivedNumbers()).isEqualTo(range(0, 4));
    }

    private void publish(Client client, long first, int count) {
        client.destination.publish(fixture.numbered(first, count), publisher);
    }

    private static List<Long> range(int from, int end) {
        return LongStream.range(from, end).boxed().toList();
    }
}
