package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.config.BrokerConfig;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers, where clients do not take them. */
final class RequestHandlerTest {
    private final AdminContext context = new AdminContext(
            BrokerConfig.defaults().admin(),
            new AdminToken("", InstantSource.system()),
            true,
            new Router(List.of(Route.get("/long", Access.FREE, request -> Json.ok(json -> {})))),
            new MetricsEndpoint(new Observer(null, NanoClock.SYSTEM), 0),
            seeker -> Runnable::run);

    private EmbeddedChannel connect() {
        Deadlines deadlines = new Deadlines(context.clients());
        return new EmbeddedChannel(deadlines, new RequestHandler(context, deadlines)) {
            @Override
            protected SocketAddress localAddress0() {
                return new InetSocketAddress("127.0.0.1", 25001);
            }
        };
    }

    private static int status(EmbeddedChannel channel) {
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/long");
        request.headers().set("Host", "localhost");
        channel.writeInbound(request);
        FullHttpResponse response = channel.readOutbound();
        try {
            return response.status().code();
        } finally {
            response.release();
        }
    }

    @Test
    void whileClientsHaveNotTakenALongAnswerOthersAreToldSo() {
        EmbeddedChannel channel = connect();
        assertThat(context.clients().reserve(Limits.UNSENT_BYTES + 1)).isTrue();

        assertThat(status(channel)).isEqualTo(503);
        assertThat(status(channel)).isEqualTo(503);
        context.clients().release(Limits.UNSENT_BYTES + 1);
        assertThat(status(channel)).isEqualTo(200);
        assertThat(context.clients().reserve(Limits.UNSENT_BYTES))
                .as("nothing is left behind")
                .isTrue();
        channel.finishAndReleaseAll();
    }
}
