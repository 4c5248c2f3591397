package io.sluice.broker.server;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.Shown;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.Effect;
import io.sluice.broker.config.LoadedConfig;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the daemon's configuration again, from where it came at the start, and hands it to everything it is for: all of it,
 * or nothing if anything is wrong. What changed is logged, a line for each key.
 */
@AnyThread
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.reload");

    private final ConfigSource source;
    private final Broker broker;
    private final Statistics statistics;

    /** Changed under the lock. */
    private volatile LoadedConfig loaded;

    /** @param loaded what the broker was started with */
    Reload(ConfigSource source, LoadedConfig loaded, Broker broker, Statistics statistics) {
        this.source = source;
        this.loaded = loaded;
        this.broker = broker;
        this.statistics = statistics;
    }

    /** What is in force, and where it came from; waits for nobody who reads a file. */
    LoadedConfig loaded() {
        return loaded;
    }

    /**
     * Reads and takes over. Not to be called on an event loop.
     *
     * @return what differs from before
     * @throws ConfigException with every problem; nothing has changed then
     */
    synchronized List<ConfigChange> run() {
        try {
            List<ConfigChange> changes = takeOver(source.readAgain());
            tell(changes);
            return changes;
        } catch (ConfigException e) {
            e.problems().forEach(problem -> LOG.error("not reloaded: {}", problem));
            LOG.error("not reloaded: nothing has changed; mend what is named above and try again");
            throw e;
        }
    }

    /** As {@link #run}, for callers that nobody asks for the result: it is logged. */
    void runLogged() {
        try {
            run();
        } catch (ConfigException e) {
            // Told already, with every problem.
            return;
        } catch (RuntimeException e) {
            LOG.error("not reloaded: {}", String.valueOf(e.getMessage()), e);
        }
    }

    private List<ConfigChange> takeOver(LoadedConfig read) {
        Statistics.Change stats = statistics.prepare(read.config().stats());
        List<ConfigChange> changes;
        try {
            changes = broker.reload(read.config());
        } catch (RuntimeException e) {
            stats.giveUp();
            throw e;
        }
        statistics.take(stats);
        Logging.change(read.config().log());
        loaded = new LoadedConfig(broker.config(), read.origins());
        return changes;
    }

    private static void tell(List<ConfigChange> changes) {
        if (changes.isEmpty()) {
            LOG.info("reloaded: nothing differs from what is in force");
        }
        for (ConfigChange change : changes) {
            String line = change.key() + ": " + Shown.text(change.from()) + " -> " + Shown.text(change.to());
            if (change.effect() == Effect.RESTART) {
                LOG.warn("reloaded: {} needs a restart; until then it stays", line);
            } else {
                LOG.info("reloaded: {} ({})", line, change.effect().text());
            }
        }
    }
}
