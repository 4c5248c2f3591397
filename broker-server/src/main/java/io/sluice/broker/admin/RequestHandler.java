package io.sluice.broker.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.ReferenceCountUtil;
import io.sluice.broker.base.OwnLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one request after the other: the next one is read when the client has the answer to this one. What may take a
 * while is sought on another thread, and the client waits.
 */
@OwnLoop
final class RequestHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.admin");

    private final AdminContext context;
    private final Deadlines deadlines;
    private boolean leaving;

    /** Whether the client may still have what it asked for last. */
    private BooleanSupplier letIn = () -> false;

    /** Whether it shows the token with it. */
    private BooleanSupplier known = () -> false;

    RequestHandler(AdminContext context, Deadlines deadlines) {
        this.context = context;
        this.deadlines = deadlines;
    }

    /** How the answer to a request has to look. */
    private record Form(boolean head, boolean keepAlive, HttpVersion version) {
        static Form of(FullHttpRequest request) {
            return new Form(
                    request.method().equals(HttpMethod.HEAD),
                    HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess(),
                    request.protocolVersion());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (leaving) {
            ReferenceCountUtil.release(message);
            return;
        }
        ctx.channel().config().setAutoRead(false);
        deadlines.asked(ctx);
        try {
            if (message instanceof FullHttpRequest request) {
                answer(ctx, request, Form.of(request));
            } else {
                Form form = new Form(false, false, HttpVersion.HTTP_1_1);
                write(ctx, RequestReader.tooLarge().answer(), form);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A client that went away in the middle of something, which is its right.
        LOG.debug("a connection to the admin listener ended: {}", String.valueOf(cause));
        ctx.close();
    }

    private void answer(ChannelHandlerContext ctx, FullHttpRequest request, Form form) {
        Route route;
        ApiRequest asked;
        try {
            RequestReader.checkForm(request);
            InetSocketAddress local = (InetSocketAddress) ctx.channel().localAddress();
            context.hostRule().check(request.headers(), local);
            Router.Match match = context.router().find(request.method(), RequestReader.path(request));
            route = match.route();
            HttpHeaders headers = request.headers();
            Access access = match.route().access();
            context.guard().check(access, headers);
            letIn = () -> context.guard().letsIn(access, headers);
            known = () -> context.guard().knows(headers);
            asked = RequestReader.read(request, match.variables());
        } catch (ApiException e) {
            write(ctx, e.answer(), form);
            return;
        }
        if (route.seeker() == Route.Seeker.LOOP) {
            write(ctx, sought(route.endpoint(), asked), form);
        } else {
            seekElsewhere(ctx, route, asked, form);
        }
    }

    private void seekElsewhere(ChannelHandlerContext ctx, Route route, ApiRequest asked, Form form) {
        try {
            context.worker(route.seeker()).execute(() -> {
                Answer answer = sought(route.endpoint(), asked);
                ctx.executor().execute(() -> write(ctx, answer, form));
            });
        } catch (RejectedExecutionException e) {
            write(
                    ctx,
                    overloaded("the broker is busy with what others asked for; try again")
                            .answer(),
                    form);
        }
    }

    private static Answer sought(Endpoint endpoint, ApiRequest asked) {
        try {
            return endpoint.answer(asked);
        } catch (ApiException e) {
            return e.answer();
        } catch (RuntimeException | Error e) {
            LOG.error("the admin API failed", e);
            return new ApiException(
                            HttpResponseStatus.INTERNAL_SERVER_ERROR,
                            "internal_error",
                            "the broker failed to answer; its log says how")
                    .answer();
        }
    }

    private static ApiException overloaded(String message) {
        return new ApiException(HttpResponseStatus.SERVICE_UNAVAILABLE, "overloaded", message);
    }

    private void write(ChannelHandlerContext ctx, Answer answer, Form form) {
        EventSource stream = answer.stream();
        if (stream != null && !form.head()) {
            writeStream(ctx, answer, stream, form);
            return;
        }
        if (stream != null) {
            stream.abandon();
        }
        int unsent = form.head() ? 0 : answer.body().length;
        if (context.clients().reserve(unsent)) {
            send(ctx, answer, form, unsent);
        } else {
            // Without room of its own, for there is none: it is short, and each client has one answer under way.
            Answer refusal = overloaded("clients have not taken " + Limits.UNSENT_BYTES + " bytes of answers yet")
                    .answer();
            send(ctx, refusal, form, 0);
        }
    }

    /** @param reserved bytes to be released when the client has the answer */
    private void send(ChannelHandlerContext ctx, Answer answer, Form form, int reserved) {
        byte[] body = answer.body();
        ByteBuf content = form.head() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), content);
        setHeaders(response, answer, form.keepAlive(), form.version());
        if (!answer.status().equals(HttpResponseStatus.NO_CONTENT) && answer.stream() == null) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        leaving = !form.keepAlive();
        deadlines.answering(ctx);
        ctx.writeAndFlush(response).addListener(written -> {
            context.clients().release(reserved);
            if (!written.isSuccess()) {
                ctx.close();
            } else if (form.keepAlive()) {
                deadlines.answered(ctx);
                // Later: many requests in one read must not be answered one within the other.
                ctx.executor().execute(() -> ctx.channel().config().setAutoRead(true));
            } else {
                deadlines.leave(ctx);
            }
        });
    }

    private static void setHeaders(HttpResponse response, Answer answer, boolean keepAlive, HttpVersion version) {
        HttpHeaders headers = response.headers();
        answer.headers().forEach(headers::set);
        if (!answer.contentType().isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
        }
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (version.equals(HttpVersion.HTTP_1_0)) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /** From here on the connection is the stream's. */
    private void writeStream(ChannelHandlerContext ctx, Answer answer, EventSource source, Form form) {
        boolean showsToken = known.getAsBoolean();
        EventStream stream = new EventStream(context.clients(), deadlines, source, letIn, showsToken);
        if (!context.clients().enterStream(stream)) {
            source.abandon();
            write(
                    ctx,
                    overloaded(context.clients().maxStreams() + " streams of events are open, which is all there may be"
                                    + (showsToken ? "" : "; with the token one gets the place of who has shown none"))
                            .answer(),
                    form);
            return;
        }
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status());
        setHeaders(response, answer, false, form.version());
        if (form.version().equals(HttpVersion.HTTP_1_1)) {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        ctx.writeAndFlush(response);
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.replace(this, "stream", stream);
        // What the client still sends is for nobody, and goes by the stream, which lets go of it.
        pipeline.remove(FlowControlHandler.class);
        pipeline.remove(HttpObjectAggregator.class);
        pipeline.remove(StrictRequestDecoder.class);
        ctx.channel().config().setAutoRead(true);
    }
}
