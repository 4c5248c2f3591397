package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.flow.FlowControlHandler;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.config.BrokerConfig;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the bytes that clients send and are sent, without a socket. */
final class PipelineTest {
    private static final int LARGE_BYTES = 1 << 20;

    private final List<ByteBuf> sent = new ArrayList<>();
    private EmbeddedChannel channel;

    @BeforeEach
    void connect() {
        AdminToken token = new AdminToken("a-token-of-a-test", Instant::now);
        Router router = new Router(List.of(
                Route.post("/post", Access.FREE, request -> Answer.noContent()),
                Route.get(
                        "/large",
                        Access.FREE,
                        request -> Answer.of(HttpResponseStatus.OK, "text/plain", new byte[LARGE_BYTES])),
                Route.get("/stream", Access.FREE, request -> Answer.stream(stream -> () -> {}))));
        AdminContext context = new AdminContext(
                BrokerConfig.defaults().admin(),
                token,
                true,
                router,
                new MetricsEndpoint(new Observer(BrokerStub.of(Map.of()), NanoClock.SYSTEM), 0),
                seeker -> Runnable::run);
        Deadlines deadlines = new Deadlines(context.clients());
        channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress localAddress0() {
                return new InetSocketAddress("127.0.0.1", 25_001);
            }
        };
        channel.pipeline()
                .addLast(
                        deadlines,
                        new HttpResponseEncoder(),
                        new SecurityHeaders(),
                        new StrictRequestDecoder(),
                        new BodyAggregator(),
                        new FlowControlHandler(),
                        new RequestHandler(context, deadlines));
    }

    @AfterEach
    void nothingIsHeld() {
        channel.finishAndReleaseAll();
        assertThat(sent)
                .isNotEmpty()
                .allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
    }

    private String send(String text) {
        ByteBuf buffer = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        sent.add(buffer);
        channel.writeInbound(buffer);
        channel.runPendingTasks();
        StringBuilder answer = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            answer.append(out.toString(StandardCharsets.US_ASCII));
            out.release();
        }
        return answer.toString();
    }

    private static String post(String headers, String body) {
        return "POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + headers
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void aBodyIsLetGoOfHoweverManyPiecesItCameIn() {
        String request = post("", "{" + " ".repeat(1000) + "}");
        assertThat(send(request)).startsWith("HTTP/1.1 204 ");
        for (int i = 0; i < request.length() - 1; i += 100) {
            assertThat(send(request.substring(i, Math.min(i + 100, request.length() - 1))))
                    .isEmpty();
        }
        assertThat(send("}")).startsWith("HTTP/1.1 204 ");
    }

    @Test
    void whatIsRefusedIsLetGoOf() {
        assertThat(send(post("", "[]"))).startsWith("HTTP/1.1 400 ");
        assertThat(send(post("Origin: http://evil.example\r\n", "{}"))).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void aBodyThatNeverEndsIsLetGoOf() {
        assertThat(send(post("", "{}").replace("Length: 2", "Length: 9"))).isEmpty();
    }

    @Test
    void whatAClientSendsToAStreamIsLetGoOf() {
        assertThat(send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        send("anything");
        send(post("", "{}"));
    }

    @Test
    void aStreamIsShownWithTheSameCareAsAnyAnswer() {
        assertThat(send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").toLowerCase(Locale.ROOT))
                .contains("content-security-policy: " + SecurityHeaders.CONTENT_SECURITY_POLICY)
                .contains("x-content-type-options: nosniff")
                .contains("cache-control: no-store");
    }

    @Test
    void answersThatWereTakenDoNotCount() {
        for (long bytes = 0; bytes <= 2 * Limits.UNSENT_BYTES; bytes += LARGE_BYTES) {
            assertThat(send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        }
    }
}
