package io.sluice.broker.admin;

import io.sluice.broker.base.NanoClock;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.server.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A broker with its admin listener, and a token of its own. */
final class AdminFixture implements AutoCloseable {
    final Path folder;
    final StandInDaemon daemon = new StandInDaemon();
    final Broker broker;
    final InetSocketAddress address;
    final String token;

    /** @param settings YAML by dotted key */
    AdminFixture(Map<String, String> settings) throws IOException {
        folder = Files.createTempDirectory("admin");
        Path tokenFile = folder.resolve("admin-token");
        Map<String, String> all =
                new HashMap<>(Map.of("listen.port", "0", "admin.port", "0", "admin.token-file", tokenFile.toString()));
        all.putAll(settings);
        if (settings.containsKey("admin.host")) {
            Files.writeString(tokenFile, "a-token-that-an-operator-has-made");
        }
        broker = Broker.start(BrokerConfig.defaults().with(all));
        address = new InetSocketAddress(
                "127.0.0.1", broker.openAdmin(daemon).orElseThrow().getPort());
        token = Files.readString(tokenFile).strip();
    }

    AdminFixture() throws IOException {
        this(Map.of());
    }

    /** All that is served. */
    List<Route> routes() {
        Observer observer = new Observer(null, NanoClock.SYSTEM);
        return AdminServer.routes(
                null,
                new StandInDaemon(),
                new AdminToken("", Instant::now),
                observer,
                new MetricsEndpoint(observer, 0));
    }

    PlainHttp.Response get(String target) throws IOException {
        return PlainHttp.once(address, PlainHttp.get(target));
    }

    PlainHttp.Response post(String target, String body) throws IOException {
        return PlainHttp.once(address, PlainHttp.post(target, token, body));
    }

    /** Any request at all. */
    PlainHttp.Response ask(String request) throws IOException {
        return PlainHttp.once(address, request);
    }

    @Override
    public void close() {
        broker.close();
        try {
            Files.deleteIfExists(folder.resolve("admin-token"));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
