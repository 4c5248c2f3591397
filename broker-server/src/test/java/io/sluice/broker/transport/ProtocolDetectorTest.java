package io.sluice.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.broker.base.ManualClock;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ProtocolDetectorTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final BrokerCounters counters = new BrokerCounters();
    private final ManualClock clock = new ManualClock();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Connection connection = new Connection(
            channel,
            "c-1",
            TransportKind.NIO,
            clock,
            BrokerConfig.defaults().transport(),
            new CloseLog(clock),
            counters);
    private final WordProtocol hello = new WordProtocol("hello", "HELLO");
    private final WordProtocol help = new WordProtocol("help", "HELP!");

    @AfterEach
    void nothingIsHeld() {
        channel.finishAndReleaseAll();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Test
    void givesAllBytesToTheProtocolTheyBelongTo() {
        detect();
        receive("HELLO world");
        assertThat(hello.received).hasToString("HELLO world");
        assertThat(help.received).hasToString("");
        receive(" again");
        assertThat(hello.received).hasToString("HELLO world again");
    }

    @Test
    void waitsForAsManyBytesAsItTakes() {
        detect();
        for (char letter : "HELP".toCharArray()) {
            receive("" + letter);
        }
        assertThat(help.received).hasToString("");
        assertThat(channel.isOpen()).isTrue();
        receive("!?");
        assertThat(help.received).hasToString("HELP!?");
    }

    @Test
    void closesWhatNobodyKnows() {
        detect();
        receive("GET / HTTP/1.1\r\n");
        assertThat(channel.isOpen()).isFalse();
        assertThat(connection.closeReason()).isEqualTo(CloseReason.UNKNOWN_PROTOCOL);
    }

    @Test
    void looksAt16BytesAndNoMore() {
        WordProtocol undecided = new WordProtocol("undecided", "x".repeat(100));
        channel.pipeline().addLast(new ProtocolDetector(connection, List.of(undecided)));
        receive("x".repeat(15));
        assertThat(channel.isOpen()).isTrue();
        receive("x");
        assertThat(channel.isOpen()).isFalse();
        assertThat(connection.closeReason()).isEqualTo(CloseReason.UNKNOWN_PROTOCOL);
    }

    @Test
    void whoClosesWithoutAWordLeft() {
        detect();
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.runPendingTasks();
        assertThat(connection.closeReason()).isEqualTo(CloseReason.LEFT);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whoClosesWithinTheFirstBytesWasCutOff() {
        detect();
        receive("HE");
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.runPendingTasks();
        assertThat(connection.closeReason()).isEqualTo(CloseReason.CUT_OFF);
    }

    @Test
    void releasesWhatItHeldWhenTheChannelGoes() {
        detect();
        receive("HE");
        channel.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void detect() {
        channel.pipeline().addLast(new ProtocolDetector(connection, List.of(hello, help)));
    }

    private void receive(String text) {
        ByteBuf bytes = allocator.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        channel.writeInbound(bytes);
        channel.runPendingTasks();
    }

    /** A protocol that begins with a word, and notes all it gets. */
    private static final class WordProtocol implements WireProtocol {
        private final String name;
        private final String word;
        private final StringBuilder received = new StringBuilder();

        WordProtocol(String name, String word) {
            this.name = name;
            this.word = word;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Match match(ByteBuf first) {
            String text = first.toString(StandardCharsets.US_ASCII);
            if (text.startsWith(word)) {
                return Match.YES;
            }
            return word.startsWith(text) ? Match.NEED_MORE : Match.NO;
        }

        @Override
        public void install(Connection connection) {
            connection.install(name, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    ByteBuf bytes = (ByteBuf) message;
                    received.append(bytes.toString(StandardCharsets.US_ASCII));
                    bytes.release();
                }
            });
        }
    }
}
