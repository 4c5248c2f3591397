package io.sluice.broker.admin;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigSetting;
import java.util.List;
import java.util.Map;

/** What the program around a broker can do with it; implemented by the daemon, and by applications that want to. */
@AnyThread
public interface DaemonControl {
    /** The file its configuration came from; empty for none. */
    String configFile();

    /** Every setting as it is in force, in the order of the reference file. */
    List<ConfigSetting> settings();

    /**
     * Reads the configuration again and takes it over, all of it or nothing. May take a while.
     *
     * @return what differs from before
     * @throws io.sluice.broker.config.ConfigException with every problem; nothing has changed then
     */
    List<ConfigChange> reload();

    /** The loggers with a level of their own, and the level: {@code error}, {@code warn}, {@code info}, {@code debug}, {@code trace}. */
    Map<String, String> logLevels();

    /**
     * Gives a logger another level, until the next start.
     *
     * @return false if nothing logs under this name
     */
    boolean setLogLevel(String logger, String level);
}
