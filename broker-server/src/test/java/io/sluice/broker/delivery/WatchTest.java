package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.delivery.SendQueueFixture.CountingPublisher;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.transport.ScriptedChannel;
import io.sluice.broker.transport.TransportKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WatchTest {
    private static final int LARGE_BYTES = 100_000;

    private final SendQueueFixture fixture = new SendQueueFixture();
    private final CountingPublisher publisher = new CountingPublisher();
    private final List<Watch> closed = new ArrayList<>();
    private final Watch watch = new Watch(fixture.clock, closed::add);
    private final Destination topic =
            Objects.requireNonNull(fixture.registry.subscribe(DestinationName.of("/topic/test"), watch));

    WatchTest() {
        watch.attach(topic);
    }

    @AfterEach
    void nothingIsHeld() {
        watch.close();
        fixture.close();
    }

    @Test
    void seesWhatIsPublishedInOrderHoweverItIsPolled() {
        publish(0, 5);
        publish(5, 1);
        assertThat(numbers(watch.poll(2))).containsExactly(0L, 1L);
        publish(6, 3);
        assertThat(numbers(watch.poll(4))).containsExactly(2L, 3L, 4L, 5L);
        assertThat(numbers(watch.poll(100))).containsExactly(6L, 7L, 8L);
        assertThat(watch.poll(100)).isEmpty();
        assertThat(watch.missedMessages()).isZero();
        assertThat(watch.heldBytes()).isZero();
    }

    @Test
    void whatComesWhileItIsFullIsMissedAndNobodyWaits() {
        long published = 0;
        while (published < 100) {
            assertThat(topic.publish(fixture.large(Long.toString(published), LARGE_BYTES), publisher))
                    .isEqualTo(Offer.ACCEPTED);
            published++;
        }
        assertThat(publisher.pauses).isZero();
        assertThat(watch.heldBytes()).isBetween(1L, Watch.MAX_BYTES + 2L * LARGE_BYTES);
        List<Long> seen = numbers(watch.poll(1_000));
        assertThat(seen).isEqualTo(LongStream.range(0, seen.size()).boxed().toList());
        assertThat(seen.size()).isGreaterThanOrEqualTo(Watch.MAX_BYTES / (LARGE_BYTES + 1_000));
        assertThat(watch.missedMessages()).isEqualTo(published - seen.size());
        publish(1_000, 1);
        assertThat(numbers(watch.poll(10))).containsExactly(1_000L);
    }

    @Test
    void othersGetEverythingWhileItIsFull() {
        SendQueueFixture.Client client =
                fixture.ofTopic(SendQueueFixture.settings(SendQueueFixture.UNLIMITED, "drop-newest"));
        client.connection.channel().allowAll();
        for (int i = 0; i < 50; i++) {
            topic.publish(fixture.large(Integer.toString(i), LARGE_BYTES), publisher);
            client.run();
        }
        assertThat(client.receivedNumbers())
                .isEqualTo(LongStream.range(0, 50).boxed().toList());
        assertThat(watch.missedMessages()).isPositive();
        assertThat(topic.snapshot().droppedMessages()).isZero();
        assertThat(topic.snapshot().subscribers()).isEqualTo(2);
    }

    @Test
    void skippingCountsAllThatWaitsAsMissed() {
        publish(0, 5);
        publish(5, 5);
        watch.poll(2);
        watch.skip();
        assertThat(watch.missedMessages()).isEqualTo(8);
        assertThat(watch.heldBytes()).isZero();
        publish(10, 1);
        assertThat(numbers(watch.poll(10))).containsExactly(10L);
    }

    @Test
    void aLongMessageIsCutAndItsLengthIsTold() {
        topic.publish(fixture.large("7", LARGE_BYTES), publisher);
        MessageCopy copy = watch.poll(1).get(0);
        assertThat(copy.payloadBytes()).isEqualTo(LARGE_BYTES);
        assertThat(copy.payload()).hasSize(MessageCopy.MAX_BYTES);
        assertThat(copy.isCut()).isTrue();
        publish(1, 1);
        assertThat(watch.poll(1).get(0).isCut()).isFalse();
    }

    @Test
    void takesNothingOnceItIsClosed() {
        publish(0, 3);
        watch.close();
        watch.close();
        assertThat(closed).containsExactly(watch);
        assertThat(topic.snapshot().subscribers()).isZero();
        assertThat(watch.offer(fixture.numbered(3, 1))).isEqualTo(Offer.CLOSED);
        assertThat(watch.poll(10)).isEmpty();
        fixture.batches.assertNothingHeld();
    }

    @Test
    void takesNothingWhileTheBrokerIsShortOfMemory() {
        SendQueueFixture small = new SendQueueFixture(ScriptedChannel.Reading.AS_NIO, TransportKind.NIO, 100_000);
        assertThat(watch.offer(small.large("1", 90_000))).isEqualTo(Offer.DROPPED);
        assertThat(watch.missedMessages()).isEqualTo(1);
        assertThat(watch.offer(small.large("2", 1_000))).isEqualTo(Offer.ACCEPTED);
        watch.skip();
        small.close();
    }

    private void publish(long first, int count) {
        topic.publish(fixture.numbered(first, count), publisher);
    }

    private static List<Long> numbers(List<MessageCopy> copies) {
        return copies.stream()
                .map(copy -> new String(copy.payload(), StandardCharsets.UTF_8).strip())
                .map(Long::valueOf)
                .toList();
    }
}
