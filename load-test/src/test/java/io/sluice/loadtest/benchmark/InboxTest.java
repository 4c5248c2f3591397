package io.sluice.loadtest.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.message.MessageBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A rejected design is only worth comparing with if it would work. */
class InboxTest {
    private static final int PUBLISHERS = 4;
    private static final int BATCHES = 20_000;

    private final PinnedMemory memory = new PinnedMemory(Long.MAX_VALUE);

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void routesAllOfEachPublisherInOrderAndOneAtATime() throws Exception {
        List<List<Long>> routed = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            routed.add(new ArrayList<>());
        }
        AtomicInteger routing = new AtomicInteger();
        AtomicInteger mostAtATime = new AtomicInteger();
        Inbox inbox = new Inbox(batch -> {
            mostAtATime.accumulateAndGet(routing.incrementAndGet(), Math::max);
            routed.get(batch.messages() - 1).add(batch.arrivedNs());
            batch.release();
            routing.decrementAndGet();
        });

        ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS);
        List<Future<?>> publishers = new ArrayList<>();
        for (int i = 1; i <= PUBLISHERS; i++) {
            int publisher = i;
            publishers.add(threads.submit(() -> publishAll(inbox, publisher)));
        }
        for (Future<?> publisher : publishers) {
            publisher.get(50, TimeUnit.SECONDS);
        }
        threads.shutdown();

        List<Long> inOrder = LongStream.range(0, BATCHES).boxed().toList();
        assertThat(routed).isEqualTo(Collections.nCopies(PUBLISHERS, inOrder));
        assertThat(mostAtATime).hasValue(1);
        assertThat(memory.batches()).isZero();
    }

    /** The number of messages tells who published, the time of arrival which batch it is. */
    private void publishAll(Inbox inbox, int publisher) {
        PublisherLoop loop = new PublisherLoop();
        for (int number = 0; number < BATCHES; number++) {
            loop.awaitTurn(() -> false);
            inbox.publish(new MessageBatch(Unpooled.EMPTY_BUFFER, publisher, number, memory), loop);
        }
        loop.finish();
    }
}
