package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.metrics.DropReason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class QueuePeekTest {
    private final DestinationFixture fixture = new DestinationFixture();
    private final QueueDestination queue = fixture.queue();
    private final RecordingPublisher publisher = new RecordingPublisher("p");

    @AfterEach
    void nothingIsHeld() {
        queue.purge(DropReason.PURGED);
        fixture.assertNothingHeld(queue);
    }

    @Test
    void showsTheOldestAndTakesNone() {
        publish(0, 3);
        publish(3, 3);
        assertThat(numbers(queue.peek(4))).containsExactly(0L, 1L, 2L, 3L);
        assertThat(numbers(queue.peek(4))).containsExactly(0L, 1L, 2L, 3L);
        assertThat(numbers(queue.peek(100))).isEqualTo(upTo(6));
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(6);
        assertDealtInOrder(6);
    }

    @Test
    void showsWhatReturnedInTheOrderInWhichItCame() {
        WindowSubscriber even = subscribe();
        WindowSubscriber odd = subscribe();
        publish(0, 6);
        queue.leave(even);
        queue.leave(odd);
        publish(6, 3);
        queue.giveBack(odd.takeAll());
        assertThat(numbers(queue.peek(2))).containsExactly(1L, 3L);
        queue.giveBack(even.takeAll());
        assertThat(numbers(queue.peek(5))).isEqualTo(upTo(5));
        assertThat(numbers(queue.peek(100))).isEqualTo(upTo(9));
        assertDealtInOrder(9);
    }

    @Test
    void showsOnlyWhatIsNotAssigned() {
        WindowSubscriber full = WindowSubscriber.ofMessages("full", 2);
        queue.subscribe(full);
        publish(0, 5);
        assertThat(full.offeredNumbers()).containsExactly(0L, 1L);
        assertThat(numbers(queue.peek(100))).containsExactly(2L, 3L, 4L);
        queue.leave(full);
        full.read();
    }

    @Test
    void showsAHundredAtMost() {
        for (int i = 0; i < 30; i++) {
            publish(i * 10L, 10);
        }
        assertThat(numbers(queue.peek(Integer.MAX_VALUE))).isEqualTo(upTo(100));
    }

    @Test
    void theNewsBeginWithTheNewestThatWait() {
        for (int i = 0; i < 30; i++) {
            publish(i * 10L, 10);
        }
        QueueNews news = queue.newsSince(QueueNews.FIRST_LOOK, 25);
        assertThat(numbers(news.messages())).isEqualTo(range(275, 300));
        assertThat(news.missed()).isZero();
    }

    @Test
    void theNewsAreWhatCameSinceEvenIfItWasPutTogetherWithWhatWasThere() {
        QueueNews news = queue.newsSince(QueueNews.FIRST_LOOK, 100);
        for (int i = 0; i < 200; i++) {
            publish(i, 1);
            news = queue.newsSince(news.arrivals(), 100);
            assertThat(numbers(news.messages())).containsExactly((long) i);
            assertThat(news.missed()).isZero();
        }
        assertThat(queue.newsSince(news.arrivals(), 100).messages()).isEmpty();
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(200);
    }

    @Test
    void whatWasTakenOrIsTooMuchIsMissed() {
        publish(0, 5);
        QueueNews first = queue.newsSince(QueueNews.FIRST_LOOK, 100);
        WindowSubscriber subscriber = WindowSubscriber.ofMessages("s", 7);
        queue.subscribe(subscriber);
        publish(5, 150);

        QueueNews second = queue.newsSince(first.arrivals(), 100);
        assertThat(numbers(second.messages())).isEqualTo(range(55, 155));
        assertThat(second.missed()).isEqualTo(50);
        queue.leave(subscriber);
        subscriber.read();
    }

    @Test
    void theNewsOfAQueueThatBeganAnewAreAllOfIt() {
        publish(0, 3);
        QueueNews news = queue.newsSince(1000, 100);
        assertThat(numbers(news.messages())).isEqualTo(upTo(3));
        assertThat(news.missed()).isZero();
    }

    private WindowSubscriber subscribe() {
        WindowSubscriber subscriber = WindowSubscriber.unlimited("s");
        queue.subscribe(subscriber);
        return subscriber;
    }

    private void assertDealtInOrder(int count) {
        WindowSubscriber reader = subscribe();
        assertThat(reader.offeredNumbers()).isEqualTo(upTo(count));
        reader.read();
    }

    private void publish(long first, int count) {
        queue.publish(fixture.numbered(first, count), publisher);
    }

    private static List<Long> upTo(int end) {
        return range(0, end);
    }

    private static List<Long> range(int begin, int end) {
        return LongStream.range(begin, end).boxed().toList();
    }

    private static List<Long> numbers(List<MessageCopy> copies) {
        return copies.stream()
                .map(copy -> Long.valueOf(new String(copy.payload(), StandardCharsets.UTF_8)))
                .toList();
    }
}
