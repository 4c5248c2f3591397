package io.sluice.broker.admin;

import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.config.AdminConfig;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** What the handlers of all connections share. Its settings may change while it is in use. */
@OwnLoop
final class AdminContext {
    private final Clients clients;
    private final Router router;
    private final Function<Route.Seeker, Executor> workers;
    private final AdminToken token;
    private final MetricsEndpoint metrics;
    private final boolean open;
    private HostRule hostRule;
    private Guard guard;

    /**
     * @param workers the threads for what may take a while
     * @param open whether only this machine reaches the listener
     */
    AdminContext(
            AdminConfig config,
            AdminToken token,
            boolean open,
            Router router,
            MetricsEndpoint metrics,
            Function<Route.Seeker, Executor> workers) {
        this.clients = new Clients(config.maxConnections());
        this.router = router;
        this.workers = workers;
        this.token = token;
        this.metrics = metrics;
        this.open = open;
        this.hostRule = new HostRule(config.hostNames());
        this.guard = new Guard(token, open, config);
    }

    /** Takes other settings. */
    void change(AdminConfig config, String tokenText) {
        token.change(tokenText);
        clients.setMax(config.maxConnections());
        metrics.setSeries(config.metricsSeries());
        hostRule = new HostRule(config.hostNames());
        guard = new Guard(token, open, config);
        clients.recheckStreams();
    }

    /** Lets go of what was made for it. */
    void close() {
        metrics.close();
    }

    /** Who is connected. */
    Clients clients() {
        return clients;
    }

    /** What there is. */
    Router router() {
        return router;
    }

    /** The thread that seeks an answer. */
    Executor worker(Route.Seeker seeker) {
        return workers.apply(seeker);
    }

    /** Whether a request was meant for this broker. */
    HostRule hostRule() {
        return hostRule;
    }

    /** Who may have what. */
    Guard guard() {
        return guard;
    }
}
