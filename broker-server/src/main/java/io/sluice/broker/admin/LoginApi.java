package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/**
 * Exchanges the token for a cookie that no page can read. Browsers send it with nothing that pages of other hosts ask for, but
 * to every port of this host: whoever listens there can take it from who visits them.
 */
final class LoginApi {
    private static final String ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Strict";

    private final AdminToken token;

    LoginApi(AdminToken token) {
        this.token = token;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/api/v1/login", Access.FREE, this::login),
                Route.post("/api/v1/logout", Access.FREE, this::logout));
    }

    private Answer login(ApiRequest request) {
        request.allowOnly("token");
        if (!token.is(request.text("token"))) {
            throw new ApiException(
                    HttpResponseStatus.FORBIDDEN, "wrong_token", "this is not the token of the file admin.token-file");
        }
        String session = token.newSession();
        Answer answer = Json.ok(json ->
                json.writeStringProperty("expires", AdminToken.end(session).toString()));
        return withCookie(answer, request, session, AdminToken.SESSION.toSeconds());
    }

    private Answer logout(ApiRequest request) {
        request.allowOnly();
        request.cookies().sessions().forEach(token::endSession);
        return withCookie(Answer.noContent(), request, "", 0);
    }

    private static Answer withCookie(Answer answer, ApiRequest request, String session, long seconds) {
        return answer.with(
                HttpHeaderNames.SET_COOKIE,
                request.cookies().name() + "=" + session + ATTRIBUTES + "; Max-Age=" + seconds);
    }
}
