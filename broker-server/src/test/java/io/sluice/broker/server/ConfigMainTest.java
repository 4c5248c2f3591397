package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
final class ConfigMainTest {
    @TempDir
    private Path directory;

    private record Ended(int code, String out, String err) {}

    @Test
    void comparesTwoFilesKeyByKey() throws IOException {
        Path before = file("before.yaml", "listen: {port: 4711}\nlog: {level: debug}\n");
        Path after = file(
                "after.yaml", "transport: {send-buffer: 1 MiB}\nqueues: {max-bytes: 1 GiB}\nlog: {level: debug}\n");
        Ended ended = run("diff", after.toString(), "--against", before.toString());
        assertThat(ended).isEqualTo(new Ended(0, """
                        listen.port            restart          4711 -> 25000
                        transport.send-buffer  new connections  0 B -> 1 MiB
                        queues.max-bytes       live             256 MiB -> 1 GiB
                        3 settings differ: 1 live, 1 new connections, 1 restart
                        """, ""));
        assertThat(run("diff", after.toString(), "--against", after.toString()))
                .isEqualTo(new Ended(0, "nothing differs\n", ""));
    }

    @Test
    void aBadFileIsNamedWithLineAndKey() throws IOException {
        Path good = file("good.yaml", "");
        Path bad = file("bad.yaml", "queues: {max-bytes: much}\n");
        for (String[] arguments : new String[][] {
            {"diff", bad.toString(), "--against", good.toString()},
            {"diff", good.toString(), "--against", bad.toString()}
        }) {
            Ended ended = run(arguments);
            assertThat(ended.code()).isEqualTo(2);
            assertThat(ended.err()).startsWith("sluice config: " + bad + ":1: queues.max-bytes: much: ");
            assertThat(ended.out()).isEmpty();
        }
    }

    @Test
    void comparesWithABrokerWhoseFlagsAndVariablesComeBeforeTheFile() throws IOException {
        HttpServer broker = broker(200, """
                {"settings":[
                 {"key":"listen.port","value":"4711","default":"25000","origin":"flag --set","effect":"restart"},
                 {"key":"queues.max-bytes","value":"256 MiB","default":"256 MiB","origin":"default","effect":"live"},
                 {"key":"log.level","value":"warn","default":"info","origin":"environment SLUICE_CONF_LOG_LEVEL","effect":"live"},
                 {"key":"of.another.version","value":"1","default":"1","origin":"default","effect":"live"}]}
                """);
        try {
            Path file = file("new.yaml", "queues: {max-bytes: 1 GiB}\nlog: {level: debug}\n");
            Ended ended = run("diff", file.toString(), "--admin", url(broker));
            assertThat(ended).isEqualTo(new Ended(0, """
                            queues.max-bytes  live             256 MiB -> 1 GiB
                            log.level stays warn: set by environment SLUICE_CONF_LOG_LEVEL, which comes before the file
                            1 setting differs: 1 live
                            """, ""));
        } finally {
            broker.stop(0);
        }
    }

    @Test
    void showsTheTokenAndSaysWhenItIsRefused() throws IOException {
        HttpServer broker = broker(401, "{}");
        try {
            Ended ended = run("diff", file("new.yaml", "").toString(), "--admin", url(broker));
            assertThat(ended.code()).isEqualTo(4);
            assertThat(ended.err()).contains("answered with status 401; name its token with --token-file");
        } finally {
            broker.stop(0);
        }
    }

    @Test
    void aTokenFileThatHoldsNoneIsNamedAndNobodyIsAsked() throws IOException {
        String file = file("new.yaml", "").toString();
        Path missing = directory.resolve("missing");
        Ended ended = run("diff", file, "--admin", "http://127.0.0.1:1", "--token-file", missing.toString());
        assertThat(ended)
                .isEqualTo(new Ended(
                        2,
                        "",
                        "sluice config: --token-file " + missing
                                + ": there is no such file; see: sluice config diff --help\n"));

        Path two = file("two", "secret\nsecret\n");
        ended = run("diff", file, "--admin", "http://127.0.0.1:1", "--token-file", two.toString());
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains(two + ": holds no token").doesNotContain("secret");
    }

    @Test
    void aBrokerThatIsNotThereIsToldInOneLine() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Ended ended = run("diff", file("new.yaml", "").toString(), "--admin", "http://127.0.0.1:" + port);
        assertThat(ended.code()).isEqualTo(3);
        assertThat(ended.err())
                .startsWith("sluice config: cannot ask the broker at http://127.0.0.1:" + port)
                .hasLineCount(1);
    }

    @Test
    void wrongUsageIsToldInOneLine() throws IOException {
        assertThat(run().code()).isEqualTo(2);
        assertThat(run("diff").err()).startsWith("sluice config: Missing required parameter: 'FILE'; see: ");
        assertThat(run("diff", "--no-such", "x").code()).isEqualTo(2);
        assertThat(run("diff", "--help").out()).contains("Usage: sluice config diff", "--against=FILE");
    }

    private static String url(HttpServer broker) {
        return "http://127.0.0.1:" + broker.getAddress().getPort();
    }

    /** Answers as the admin API of a broker does. */
    private static HttpServer broker(int status, String body) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/api/v1/config", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static Ended run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            int code = ConfigMain.run(arguments);
            return new Ended(
                    code, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
