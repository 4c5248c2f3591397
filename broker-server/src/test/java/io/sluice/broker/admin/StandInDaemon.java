package io.sluice.broker.admin;

import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.ConfigSetting;
import io.sluice.broker.config.LoadedConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** The program around a broker of a test. */
final class StandInDaemon implements DaemonControl {
    private final Map<String, String> levels = new ConcurrentHashMap<>(Map.of("ROOT", "info"));
    private volatile String problem = "";
    private volatile CountDownLatch mayReload = new CountDownLatch(0);
    private volatile boolean reloading;

    /** The next configuration is bad. */
    void findWrong(String what) {
        problem = what;
    }

    /** Reloads hang until this is open. */
    void holdReloads(CountDownLatch until) {
        mayReload = until;
    }

    /** Whether a reload has begun. */
    boolean isReloading() {
        return reloading;
    }

    @Override
    public String configFile() {
        return "/etc/sluice/sluice.yaml";
    }

    @Override
    public List<ConfigSetting> settings() {
        return ConfigSetting.all(new LoadedConfig(BrokerConfig.defaults(), Map.of()));
    }

    @Override
    public List<ConfigChange> reload() {
        reloading = true;
        try {
            mayReload.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the admin listener was closed", e);
        }
        if (!problem.isEmpty()) {
            throw ConfigException.of("memory.max", problem);
        }
        return ConfigChange.between(
                BrokerConfig.defaults(),
                BrokerConfig.defaults().with(Map.of("memory.max", "1 GiB", "listen.port", "0")));
    }

    @Override
    public Map<String, String> logLevels() {
        return levels;
    }

    @Override
    public boolean setLogLevel(String logger, String level) {
        if (!logger.startsWith("io.sluice")) {
            return false;
        }
        levels.put(logger, level);
        return true;
    }
}
