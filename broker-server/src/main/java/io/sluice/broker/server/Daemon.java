package io.sluice.broker.server;

import io.sluice.broker.admin.DaemonControl;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigSetting;
import java.util.List;
import java.util.Map;

/** The daemon, for the operators of its broker. */
@AnyThread
final class Daemon implements DaemonControl {
    private final String configFile;
    private final Reload reload;

    /** @param configFile empty for none */
    Daemon(String configFile, Reload reload) {
        this.configFile = configFile;
        this.reload = reload;
    }

    @Override
    public String configFile() {
        return configFile;
    }

    @Override
    public List<ConfigSetting> settings() {
        return ConfigSetting.all(reload.loaded());
    }

    @Override
    public List<ConfigChange> reload() {
        return reload.run();
    }

    @Override
    public Map<String, String> logLevels() {
        return LogLevels.all();
    }

    @Override
    public boolean setLogLevel(String logger, String level) {
        return LogLevels.set(logger, level);
    }
}
