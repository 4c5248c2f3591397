package io.sluice.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A Chromium without a window and with one page, a process of its own that is told what to do by its DevTools protocol. What
 * the page complains of, and what dialogs it opens, is kept.
 */
final class Chromium implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");

    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Integer, CompletableFuture<Json>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger lastId = new AtomicInteger();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final WebSocket socket;

    /** Where there is one in {@code PATH}. */
    static Optional<Path> installed() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(path -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(path, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts it.
     *
     * @param profile a folder of its own
     * @param script runs in every page before the page's own
     */
    Chromium(Path program, Path profile, String script) throws IOException, InterruptedException {
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            socket = http.newWebSocketBuilder()
                    .buildAsync(pageAddress(address()), new Events())
                    .join();
        } catch (IOException | InterruptedException | RuntimeException e) {
            end();
            throw e;
        }
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", "{}");
        }
        call("Page.addScriptToEvaluateOnNewDocument", "{\"source\":" + Json.quoted(script) + "}");
    }

    /** What it prints when it listens. The rest is read on, or it would stand still. */
    private String address() throws IOException {
        BufferedReader errors = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8));
        CompletableFuture<String> found = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> errors.lines().forEach(line -> {
                    Matcher matcher = LISTENING.matcher(line);
                    if (matcher.find()) {
                        found.complete(matcher.group(1));
                    }
                }),
                "chromium-errors");
        reader.setDaemon(true);
        reader.start();
        return found.orTimeout(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    private URI pageAddress(String address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/json/list"))
                .timeout(TIMEOUT)
                .build();
        String targets = http.send(request, BodyHandlers.ofString()).body();
        return Json.parse(targets).items().stream()
                .filter(target -> target.text("type").equals("page"))
                .map(target -> URI.create(target.text("webSocketDebuggerUrl")))
                .findFirst()
                .orElseThrow(() -> new IOException("Chromium has no page: " + targets));
    }

    /** What comes from the browser. */
    private final class Events implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                Json message = Json.parse(text.toString());
                text.setLength(0);
                if (message.has("id")) {
                    CompletableFuture<Json> waiting = asked.remove((int) message.number("id"));
                    if (waiting != null) {
                        waiting.complete(message);
                    }
                } else {
                    happened(message.text("method"), message.at("params"));
                }
            }
            from.request(1);
            return null;
        }

        private void happened(String event, Json about) {
            switch (event) {
                case "Runtime.exceptionThrown" -> complaints.add("exception: " + about);
                case "Page.javascriptDialogOpening" -> {
                    complaints.add("dialog: " + about.text("message"));
                    send("Page.handleJavaScriptDialog", "{\"accept\":false}");
                }
                case "Runtime.consoleAPICalled" -> {
                    if (!about.text("type").equals("log")) {
                        complaints.add("console: " + about);
                    }
                }
                case "Log.entryAdded" -> {
                    // Chromium logs every request that fails, also those that are meant to.
                    if (about.at("entry").text("level").equals("error")
                            && !about.at("entry").text("source").equals("network")) {
                        complaints.add("log: " + about.at("entry").text("text"));
                    }
                }
                case "Network.dataReceived" -> receivedBytes.addAndGet(about.number("encodedDataLength"));
                default -> {}
            }
        }
    }

    private CompletableFuture<Json> send(String method, String parameters) {
        int id = lastId.incrementAndGet();
        CompletableFuture<Json> answer = new CompletableFuture<>();
        asked.put(id, answer);
        synchronized (socket) {
            socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
                    .join();
        }
        return answer;
    }

    private Json call(String method, String parameters) {
        Json answer = send(method, parameters)
                .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (answer.has("error")) {
            throw new AssertionError(method + ": " + answer);
        }
        return answer.at("result");
    }

    /** Goes to an address and waits until the page is there. */
    void open(String address) {
        call("Page.navigate", "{\"url\":" + Json.quoted(address) + "}");
        await("the page", "document.readyState === 'complete'");
    }

    /** What an expression comes to, as JSON has it; a promise is waited for. */
    Json evaluate(String expression) {
        Json result = call(
                "Runtime.evaluate",
                "{\"awaitPromise\":true,\"returnByValue\":true,\"expression\":" + Json.quoted(expression) + "}");
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.at("exceptionDetails"));
        }
        return result.at("result").has("value") ? result.at("result").at("value") : Json.NULL;
    }

    /** What an expression comes to, as text. */
    String text(String expression) {
        return evaluate("String(" + expression + ")").asText();
    }

    /** Waits until an expression is true. */
    void await(String what, String expression) {
        try {
            Awaitility.await()
                    .atMost(TIMEOUT)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptions()
                    .until(() -> evaluate("Boolean(" + expression + ")").isTrue());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "not within " + TIMEOUT.toSeconds() + " s: " + what + "; complaints: " + complaints + "; the page: "
                            + text("document.body.innerText"),
                    e);
        }
    }

    /** The size of the page in pixels; one narrower than 500 is a phone's. */
    void size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":" + (width < 500)
                        + "}");
    }

    /** What the system asks for: {@code light} or {@code dark}. */
    void colours(String scheme) {
        call(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + scheme + "\"}]}");
    }

    /** Presses and releases a key, for example {@code Tab}. */
    void press(String key, int code) {
        for (String type : List.of("rawKeyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    "{\"type\":\"" + type + "\",\"key\":\"" + key + "\",\"code\":\"" + key
                            + "\",\"windowsVirtualKeyCode\":" + code + "}");
        }
    }

    /** A picture of what is seen. */
    byte[] picture() {
        return Base64.getDecoder()
                .decode(call("Page.captureScreenshot", "{\"format\":\"png\"}").text("data"));
    }

    /** Exceptions, errors and dialogs since the start. */
    List<String> complaints() {
        return complaints;
    }

    /** Bytes of answers since the start, as they came over the network. */
    long receivedBytes() {
        return receivedBytes.get();
    }

    @Override
    public void close() throws InterruptedException {
        socket.abort();
        end();
    }

    private void end() throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
