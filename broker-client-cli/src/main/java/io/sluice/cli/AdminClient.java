package io.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLException;

/**
 * Asks the admin listener of a broker. Each call connects unless the last connection is still open, and blocks until the answer
 * is there; may be used from any thread.
 *
 * <p>What only looks goes without the token until the broker wants it: whoever else listens there need not have it.
 *
 * <p>Every failure is a {@link CommandFailedException} with the exit code that goes with it.
 */
final class AdminClient {
    private static final int LARGEST_ANSWER = 16 * 1024 * 1024;

    static {
        // A request that changes something is never sent twice.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final URI base;
    private final AdminToken token;
    private final Duration timeout;
    private volatile boolean tokenWanted;

    /**
     * What came back.
     *
     * @param body {@link Json#ABSENT} if there was none
     */
    record Answer(int status, Json body) {
        boolean isOk() {
            return status / 100 == 2;
        }

        /** What the broker says went wrong. */
        String problem() {
            String message = body.at("error", "message").text();
            return message.isEmpty() ? "HTTP status " + status : message;
        }
    }

    AdminClient(URI base, AdminToken token, Duration timeout) {
        this.base = base;
        this.token = token;
        this.timeout = timeout;
    }

    /** Who is asked, for the user. */
    String address() {
        return TerminalText.of(base.getRawAuthority());
    }

    /** The body of a call that went well. */
    Json get(String path) {
        return checked(ask("GET", path, ""));
    }

    /** The body of a call that went well. */
    Json post(String path, String json) {
        return checked(ask("POST", path, json));
    }

    /** The body of an answer that must be a good one. */
    Json checked(Answer answer) {
        if (!answer.isOk()) {
            throw new CommandFailedException(ExitCode.FAILED, base + ": " + answer.problem());
        }
        return answer.body();
    }

    /** A call that may go wrong: the status says so. That the broker does not let us is a failure nonetheless. */
    Answer ask(String method, String path, String json) {
        Answer answer;
        try {
            boolean shown = !token.isNone() && (tokenWanted || method.equals("POST"));
            answer = exchange(method, path, json, shown);
            if (answer.status == 401 && !shown && !token.isNone()) {
                tokenWanted = true;
                answer = exchange(method, path, json, true);
            }
        } catch (UnknownHostException e) {
            throw cannotConnect("there is no such host");
        } catch (ConnectException | NoRouteToHostException e) {
            throw cannotConnect(Reasons.of(e) + "; is the broker running, with its admin listener there?");
        } catch (SocketTimeoutException e) {
            throw new CommandFailedException(
                    ExitCode.TIMED_OUT,
                    base + " did not answer within " + Seconds.text(timeout.toNanos()) + " s (--timeout)");
        } catch (SSLException e) {
            throw cannotConnect(Reasons.of(e));
        } catch (IOException e) {
            throw notABroker(Reasons.of(e));
        }
        if (answer.status == 401 || answer.status == 403 || answer.status == 421) {
            throw refused(answer);
        }
        return answer;
    }

    private Answer exchange(String method, String path, String json, boolean tokenShown) throws IOException {
        HttpURLConnection call =
                (HttpURLConnection) URI.create(base + path).toURL().openConnection(Proxy.NO_PROXY);
        call.setConnectTimeout((int) Math.min(Integer.MAX_VALUE, timeout.toMillis()));
        call.setReadTimeout((int) Math.min(Integer.MAX_VALUE, timeout.toMillis()));
        call.setInstanceFollowRedirects(false);
        call.setUseCaches(false);
        call.setRequestMethod(method);
        call.setRequestProperty("Accept", "application/json");
        if (tokenShown) {
            call.setRequestProperty("Authorization", "Bearer " + token.text());
        }
        if (method.equals("POST")) {
            call.setRequestProperty("Content-Type", "application/json");
            call.setDoOutput(true);
            try (OutputStream body = call.getOutputStream()) {
                body.write(json.getBytes(StandardCharsets.UTF_8));
            }
        }
        int status = call.getResponseCode();
        if (status < 0) {
            throw new IOException("no HTTP");
        }
        return new Answer(status, body(call, status));
    }

    private Json body(HttpURLConnection call, int status) throws IOException {
        // Read to its end, and so the connection serves the next call.
        try (InputStream in = status >= 400 ? call.getErrorStream() : call.getInputStream()) {
            byte[] bytes = in == null ? new byte[0] : in.readNBytes(LARGEST_ANSWER + 1);
            if (bytes.length > LARGEST_ANSWER) {
                throw new IOException("more than " + LARGEST_ANSWER + " bytes");
            }
            return bytes.length == 0 ? Json.ABSENT : Json.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw new IOException("HTTP status " + status + ", and no JSON", e);
        }
    }

    private CommandFailedException cannotConnect(String why) {
        return new CommandFailedException(ExitCode.CANNOT_CONNECT, "cannot connect to " + base + ": " + why);
    }

    private CommandFailedException notABroker(String why) {
        return new CommandFailedException(
                ExitCode.FAILED,
                base + " does not answer as the admin listener of a broker does: " + TerminalText.of(why));
    }

    private CommandFailedException refused(Answer answer) {
        String why = token.isNone() ? "no token was sent: " : "the token is ";
        return new CommandFailedException(
                ExitCode.REFUSED, "refused by " + base + ": " + answer.problem() + " (" + why + token.about() + ")");
    }
}
