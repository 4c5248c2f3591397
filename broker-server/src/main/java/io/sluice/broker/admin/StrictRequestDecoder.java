package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/** Reads requests within {@link Limits}; refuses what two readers could understand in two ways. */
final class StrictRequestDecoder extends HttpRequestDecoder {
    StrictRequestDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(Limits.LINE_BYTES)
                .setMaxHeaderSize(Limits.HEADER_BYTES)
                .setMaxChunkSize(Limits.BODY_BYTES)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true));
    }

    /** RFC 9112, section 6.3: such a message ought to be handled as an error. */
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("Content-Length with Transfer-Encoding");
    }
}
