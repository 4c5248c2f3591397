package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.broker.config.AdminConfig;
import java.util.Locale;

/** Lets in who may: by the token in the header {@code Authorization}, or by the cookie that was given in exchange for it. */
final class Guard {
    private static final String BEARER = "bearer ";

    private final AdminToken token;
    private final boolean open;
    private final boolean openMetrics;
    private final boolean openHealth;

    /** @param open whether only this machine reaches the listener */
    Guard(AdminToken token, boolean open, AdminConfig config) {
        this.token = token;
        this.open = open;
        this.openMetrics = config.openMetrics();
        this.openHealth = config.openHealth();
    }

    /** Throws {@link ApiException} if this client is not let in. */
    void check(Access access, HttpHeaders headers) {
        if (letsIn(access, headers)) {
            return;
        }
        if (!token.exists()) {
            throw new ApiException(
                    HttpResponseStatus.FORBIDDEN,
                    "no_token",
                    "this broker has no token, so nobody may do this; its log says why at the start: set admin.token-file");
        }
        if (headers.contains(HttpHeaderNames.AUTHORIZATION)) {
            throw unauthorized(
                    "wrong_token",
                    "the header Authorization does not hold this broker's token; it stands in the file admin.token-file,"
                            + " to be sent as: Authorization: Bearer TOKEN");
        }
        throw unauthorized(
                "token_needed",
                "this needs the token of the file admin.token-file, as the header Authorization: Bearer TOKEN");
    }

    private static ApiException unauthorized(String code, String message) {
        return new ApiException(HttpResponseStatus.UNAUTHORIZED, code, message)
                .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"sluice\"");
    }

    /** Whether this client is let in, now. */
    boolean letsIn(Access access, HttpHeaders headers) {
        return isOpen(access) || knows(headers);
    }

    private boolean isOpen(Access access) {
        return switch (access) {
            case FREE -> true;
            case HEALTH -> open || openHealth;
            case METRICS -> open || openMetrics;
            case READ -> open;
            case TOKEN -> false;
        };
    }

    /** Whether this client shows the token, or a session that is valid now. */
    boolean knows(HttpHeaders headers) {
        for (String given : headers.getAll(HttpHeaderNames.AUTHORIZATION)) {
            if (given.toLowerCase(Locale.ROOT).startsWith(BEARER)
                    && token.is(given.substring(BEARER.length()).strip())) {
                return true;
            }
        }
        return SessionCookies.of(headers).sessions().stream().anyMatch(token::isSession);
    }
}
