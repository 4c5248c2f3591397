package io.sluice.broker.admin;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An HTTP client that sends what it is told, byte for byte, as no real one would. */
final class PlainHttp implements AutoCloseable {
    private static final int TIMEOUT_MS = 30_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;

    /** An answer; header names are in lower case, several of one name are joined by a line end. */
    record Response(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    PlainHttp(InetSocketAddress address) throws IOException {
        socket.connect(address, TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** One request on a connection of its own. */
    static Response once(InetSocketAddress address, String request) throws IOException {
        try (PlainHttp client = new PlainHttp(address)) {
            client.send(request);
            return client.read();
        }
    }

    /** A request with a body, if there is one, and its length. */
    static String request(String method, String target, String headers, String body) {
        String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
        return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n" + body;
    }

    static String get(String target) {
        return request("GET", target, "", "");
    }

    static String post(String target, String token, String body) {
        String authorization = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
        return request("POST", target, authorization + "Content-Type: application/json\r\n", body);
    }

    void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    Response read() throws IOException {
        return read(true);
    }

    /** Reads an answer; the body only if there is to be one. */
    Response read(boolean withBody) throws IOException {
        String status = line();
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            headers.merge(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip(),
                    (first, second) -> first + "\n" + second);
        }
        int length = withBody ? Integer.parseInt(headers.getOrDefault("content-length", "0")) : 0;
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new Response(Integer.parseInt(status.split(" ", -1)[1]), headers, body);
    }

    /** The next line of a stream, without its end. */
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after: " + line.toString(StandardCharsets.UTF_8));
            }
            line.write(c);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Whether the broker has closed; waits for it. */
    boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
