package io.sluice.broker.transport;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.metrics.ClientActivity;
import io.sluice.broker.metrics.SlowEpisode;
import java.util.List;

/** What is known of a connection's client beyond its socket. */
@AnyThread
public interface ClientView {
    /** What it does; also when the connection has closed. */
    ClientActivity activity();

    /** Its last slow episodes as a subscriber, newest first. */
    List<SlowEpisode> slowEpisodes();
}
