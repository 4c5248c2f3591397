package io.sluice.broker.server;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.StatsConfig;
import java.nio.file.Path;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Writes a broker's counters to the file that is configured, again and again and once at the end. */
@AnyThread
final class Statistics {
    private final Broker broker;
    private StatsConfig config;
    private @Nullable StatsFile file;
    private @Nullable Future<?> writing;

    /** @param file what {@link #open} returned for the configuration */
    Statistics(Broker broker, StatsConfig config, @Nullable StatsFile file) {
        this.broker = broker;
        this.config = config;
        this.file = file;
        schedule();
    }

    /**
     * Opens the file of a configuration, to append to it.
     *
     * @return null when none is configured
     */
    static @Nullable StatsFile open(StatsConfig config) {
        return config.file().isEmpty() ? null : new StatsFile(Path.of(config.file()));
    }

    /**
     * Prepares another configuration: opens its file, if that is another.
     *
     * @throws ConfigException if it cannot be written
     */
    synchronized Change prepare(StatsConfig wanted) {
        boolean sameFile = wanted.file().equals(config.file());
        try {
            return new Change(wanted, sameFile ? file : open(wanted), sameFile);
        } catch (BrokerStartException e) {
            throw ConfigException.of("stats.file", String.valueOf(e.getMessage()));
        }
    }

    /** Another configuration, with its file open: to be {@linkplain #take taken}, or given up. */
    record Change(StatsConfig config, @Nullable StatsFile file, boolean sameFile) {

        void giveUp() {
            if (file != null && !sameFile) {
                file.close();
            }
        }
    }

    synchronized void take(Change change) {
        if (change.config().equals(config)) {
            return;
        }
        StatsFile before = file;
        cancel();
        config = change.config();
        file = change.file();
        if (before != null && !change.sameFile()) {
            before.close();
        }
        schedule();
    }

    private void schedule() {
        StatsFile to = file;
        if (to != null) {
            writing = broker.every(config.intervalMs(), () -> to.append(broker.counters()));
        }
    }

    private void cancel() {
        if (writing != null) {
            writing.cancel(false);
        }
    }

    /** Writes what has been counted at the end, and closes the file. */
    synchronized void finish(BrokerSnapshot last) {
        cancel();
        if (file != null) {
            file.append(last);
            file.close();
        }
    }
}
