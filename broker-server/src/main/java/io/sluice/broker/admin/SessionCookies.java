package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * The cookies in which a request shows sessions. Browsers send a cookie to every port of a host, so its name has the port that
 * was asked in it: who signs in to a second broker on the host stays signed in to the first. The port is that of the header Host,
 * as the browser knows it; a proxy, a tunnel or a container may lead from it to another.
 *
 * @param name of the cookie
 * @param sessions what is shown under this name; several if they were set for several paths
 */
record SessionCookies(String name, List<String> sessions) {
    private static final String PREFIX = "sluice_session";

    SessionCookies {
        sessions = List.copyOf(sessions);
    }

    static SessionCookies of(HttpHeaders headers) {
        String port = HostRule.port(headers.get(HttpHeaderNames.HOST, ""));
        String name = port.isEmpty() ? PREFIX : PREFIX + "_" + port;
        List<String> sessions = new ArrayList<>();
        for (String header : headers.getAll(HttpHeaderNames.COOKIE)) {
            for (Cookie cookie : ServerCookieDecoder.STRICT.decodeAll(header)) {
                if (cookie.name().equals(name)) {
                    sessions.add(cookie.value());
                }
            }
        }
        return new SessionCookies(name, sessions);
    }
}
