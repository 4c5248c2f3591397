package io.sluice.broker.admin;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** From HTTP to what endpoints understand; refuses what is not understood, whole. */
final class RequestReader {
    private static final int MOST_PARAMETERS = 32;

    private RequestReader() {}

    /** Throws {@link ApiException} for what is no request of HTTP/1.0 or 1.1 within the limits. */
    static void checkForm(FullHttpRequest request) {
        DecoderResult result = request.decoderResult();
        if (result.isFailure()) {
            throw misunderstood(result.cause());
        }
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            throw new ApiException(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "bad_version", "ask with HTTP/1.1");
        }
        boolean chunked = request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
        if (chunked && request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            throw ApiException.badRequest(
                    "bad_request", "a request has a Content-Length or a Transfer-Encoding, not both");
        }
        if (!request.uri().startsWith("/")) {
            throw ApiException.badRequest("bad_path", "what is asked for must begin with a slash");
        }
    }

    private static ApiException misunderstood(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new ApiException(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "line_too_long",
                    "the request line has more than " + Limits.LINE_BYTES + " bytes");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new ApiException(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "headers_too_large",
                    "the headers have more than " + Limits.HEADER_BYTES + " bytes");
        }
        return ApiException.badRequest("bad_request", "this is no HTTP request, or one that can be read in two ways");
    }

    static ApiException tooLarge() {
        return new ApiException(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "body_too_large",
                "the body has more than " + Limits.BODY_BYTES + " bytes");
    }

    /** The path as it was asked for, still encoded. */
    static String path(FullHttpRequest request) {
        return new QueryStringDecoder(request.uri(), StandardCharsets.UTF_8, true, MOST_PARAMETERS).rawPath();
    }

    /** What endpoints understand; throws {@link ApiException}. */
    static ApiRequest read(FullHttpRequest request, Map<String, String> variables) {
        Map<String, Object> body = request.method().equals(HttpMethod.POST) ? body(request) : withoutBody(request);
        return new ApiRequest(variables, query(request.uri()), body, SessionCookies.of(request.headers()));
    }

    private static Map<String, String> query(String uri) {
        Map<String, String> query = new TreeMap<>();
        try {
            Map<String, List<String>> given =
                    new QueryStringDecoder(uri, StandardCharsets.UTF_8, true, MOST_PARAMETERS).parameters();
            given.forEach((name, values) -> query.put(name, values.get(0)));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("bad_query", "the query holds a % that is followed by no two digits");
        }
        return query;
    }

    private static Map<String, Object> body(FullHttpRequest request) {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        if (!type.equals("application/json") && !type.startsWith("application/json;")) {
            throw new ApiException(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                    "json_needed",
                    "the body must be JSON, and say so: Content-Type: application/json");
        }
        return Json.flatObject(ByteBufUtil.getBytes(request.content()));
    }

    private static Map<String, Object> withoutBody(FullHttpRequest request) {
        if (request.content().isReadable()) {
            throw ApiException.badRequest("bad_request", "only POST has a body");
        }
        return Map.of();
    }
}
