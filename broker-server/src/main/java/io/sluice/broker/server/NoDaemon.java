package io.sluice.broker.server;

import io.sluice.broker.admin.DaemonControl;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigSetting;
import io.sluice.broker.config.LoadedConfig;
import java.util.List;
import java.util.Map;

/** For a broker in an application that offers its operators nothing more. */
@AnyThread
final class NoDaemon implements DaemonControl {
    private final Broker broker;

    NoDaemon(Broker broker) {
        this.broker = broker;
    }

    @Override
    public String configFile() {
        return "";
    }

    @Override
    public List<ConfigSetting> settings() {
        return ConfigSetting.all(new LoadedConfig(broker.config(), Map.of()));
    }

    @Override
    public List<ConfigChange> reload() {
        throw new IllegalStateException("this broker is part of an application, which has its configuration");
    }

    @Override
    public Map<String, String> logLevels() {
        return Map.of();
    }

    @Override
    public boolean setLogLevel(String logger, String level) {
        return false;
    }
}
