package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a client may take, by a clock that moves when it is told to. */
final class DeadlinesTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Deadlines deadlines = new Deadlines(new Clients(1));
    private ChannelHandlerContext ctx;

    @BeforeEach
    void connect() {
        channel.freezeTime();
        channel.pipeline().addLast(deadlines);
        ctx = channel.pipeline().context(deadlines);
        channel.pipeline().fireChannelActive();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aRequestHasNoMoreTimeIfItComesInManyPieces() {
        for (int i = 0; i < 10; i++) {
            send();
            pass(Limits.REQUEST_MS / 10 - 1);
        }
        assertThat(channel.isOpen()).isTrue();
        assertClosedAt(10);
    }

    @Test
    void whoConnectsAndSendsNothingIsClosed() {
        assertClosedAt(Limits.REQUEST_MS);
    }

    @Test
    void theNextRequestHasItsTimeFromItsFirstByteOn() {
        answerOne();
        pass(Limits.IDLE_MS - 1);
        send();
        pass(Limits.REQUEST_MS / 2);
        send();
        assertClosedAt(Limits.REQUEST_MS - Limits.REQUEST_MS / 2);
    }

    @Test
    void whoAsksNothingMoreIsClosed() {
        answerOne();
        assertClosedAt(Limits.IDLE_MS);
    }

    @Test
    void whoDoesNotTakeItsAnswerIsClosed() {
        deadlines.asked(ctx);
        deadlines.answering(ctx);
        assertClosedAt(Limits.WRITE_MS);
    }

    @Test
    void whoWaitsForAnAnswerIsNotClosed() {
        deadlines.asked(ctx);
        pass(Limits.REQUEST_MS + Limits.IDLE_MS + Limits.WRITE_MS);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aStreamLastsUntilItsClientTakesNothing() {
        deadlines.asked(ctx);
        deadlines.streaming();
        pass(Limits.REQUEST_MS + Limits.IDLE_MS + Limits.WRITE_MS);
        assertThat(channel.isOpen()).isTrue();

        deadlines.closeUnlessWritten(ctx);
        pass(Limits.WRITE_MS - 1);
        deadlines.streaming();
        deadlines.closeUnlessWritten(ctx);
        pass(Limits.WRITE_MS / 2);
        // Tried again, and still not taken: that is no reason to wait longer.
        deadlines.closeUnlessWritten(ctx);
        assertClosedAt(Limits.WRITE_MS - Limits.WRITE_MS / 2);
    }

    private void answerOne() {
        deadlines.asked(ctx);
        deadlines.answering(ctx);
        deadlines.answered(ctx);
    }

    private void send() {
        channel.writeInbound(Unpooled.copiedBuffer(new byte[] {'G'}));
    }

    private void pass(long ms) {
        channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private void assertClosedAt(long ms) {
        pass(ms - 1);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }
}
