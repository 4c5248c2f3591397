package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.sluice.broker.base.LogLines;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemdNotifierTest {
    @TempDir
    private Path directory;

    @Test
    void tellsASocketNamedByAPath() throws InterruptedException {
        String path = directory.resolve("notify").toString();
        assertTells(path, path);
    }

    @Test
    void tellsAnAbstractSocket() throws InterruptedException {
        String name = "sluice-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        assertTells("\0" + name, "@" + name);
    }

    private static void assertTells(String address, String variable) throws InterruptedException {
        assumeTrue(Epoll.isAvailable(), "needs epoll");
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Channel receiver = new Bootstrap()
                    .group(loop)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                            told.add(packet.content().toString(StandardCharsets.US_ASCII));
                        }
                    })
                    .bind(new DomainSocketAddress(address))
                    .sync()
                    .channel();
            SystemdNotifier notifier = new SystemdNotifier(variable);
            notifier.ready();
            notifier.stopping();
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("READY=1");
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("STOPPING=1");
            receiver.close().sync();
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void saysNothingWhenNobodyWantsToBeTold() {
        try (LogLines lines = LogLines.of(SystemdNotifier.class)) {
            SystemdNotifier notifier = new SystemdNotifier("");
            notifier.ready();
            notifier.stopping();
            assertThat(lines.lines()).isEmpty();
        }
    }

    @Test
    void aSocketThatIsNotThereIsWarnedAboutAndDoesNoHarm() {
        assumeTrue(Epoll.isAvailable(), "needs epoll");
        try (LogLines lines = LogLines.of(SystemdNotifier.class)) {
            SystemdNotifier notifier =
                    new SystemdNotifier(directory.resolve("nobody").toString());
            assertThatCode(notifier::ready).doesNotThrowAnyException();
            assertThat(lines.lines()).hasSize(1);
            assertThat(lines.lines().get(0))
                    .startsWith("WARN cannot tell systemd READY=1")
                    .doesNotContain("null");
        }
    }
}
