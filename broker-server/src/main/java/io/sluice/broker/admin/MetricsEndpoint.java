package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.broker.base.OwnLoop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /metrics}. Nothing that it needs is loaded before it is first asked for: most brokers start and are not. */
@OwnLoop
final class MetricsEndpoint {
    private final Observer observer;
    private int series;
    private @Nullable MetricsExport export;

    /** @param series how many destinations and how many subscribers are told of one by one */
    MetricsEndpoint(Observer observer, int series) {
        this.observer = observer;
        this.series = series;
    }

    /** Changes how many destinations and how many subscribers are told of one by one. */
    void setSeries(int most) {
        series = most;
        MetricsExport loaded = export;
        if (loaded != null) {
            loaded.setSeries(most);
        }
    }

    List<Route> routes() {
        return List.of(Route.get("/metrics", Access.METRICS, request -> metrics()));
    }

    private Answer metrics() {
        MetricsExport loaded = export;
        if (loaded == null) {
            loaded = new MetricsExport(series);
            export = loaded;
        }
        return Answer.of(HttpResponseStatus.OK, MetricsExport.CONTENT_TYPE, loaded.scrape(observer.picture()));
    }

    /** Lets go of what was loaded. */
    void close() {
        MetricsExport loaded = export;
        if (loaded != null) {
            loaded.close();
        }
    }
}
