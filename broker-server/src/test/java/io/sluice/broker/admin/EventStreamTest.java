package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a stream of events begins and ends, and what it lets go of. */
final class EventStreamTest {
    private final List<String> told = new ArrayList<>();
    private final Clients clients = new Clients(10);
    private boolean letIn = true;

    private final EventSource source = new EventSource() {
        @Override
        public AutoCloseable start(EventStream stream) {
            told.add("started");
            return () -> told.add("closed");
        }

        @Override
        public void abandon() {
            told.add("abandoned");
        }
    };

    private EmbeddedChannel open() {
        Deadlines deadlines = new Deadlines(clients);
        EmbeddedChannel channel = new EmbeddedChannel(deadlines);
        channel.pipeline().addLast(new EventStream(clients, deadlines, source, () -> letIn, false));
        return channel;
    }

    @Test
    void aStreamThatEndsClosesItsSource() {
        EmbeddedChannel channel = open();
        channel.runPendingTasks();
        channel.close();

        assertThat(told).containsExactly("started", "closed");
    }

    @Test
    void aClientThatGoesBeforeItsStreamBeginsLeavesNothingOpen() {
        EmbeddedChannel channel = open();
        // The pipeline's own: that of the channel would begin the stream first.
        channel.pipeline().close();
        channel.runPendingTasks();

        assertThat(told).containsExactly("abandoned");
    }

    @Test
    void aStreamEndsWhenItsClientIsNotLetInAnyMore() {
        EmbeddedChannel channel = open();
        channel.freezeTime();
        channel.advanceTimeBy(10, TimeUnit.SECONDS);
        channel.runPendingTasks();
        assertThat(channel.isActive()).isTrue();

        letIn = false;
        channel.advanceTimeBy(10, TimeUnit.SECONDS);
        channel.runPendingTasks();
        assertThat(channel.isActive()).isFalse();
        channel.finishAndReleaseAll();
    }
}
