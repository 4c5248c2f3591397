package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConfigChangeTest {
    private static final BrokerConfig DEFAULTS = BrokerConfig.defaults();

    @Test
    void onlyWhatIsBoundToSocketsAndThreadsNeedsMoreThanAReload() {
        assertThat(keysOf(Effect.RESTART))
                .containsExactly(
                        "listen.host",
                        "listen.port",
                        "listen.backlog",
                        "transport.type",
                        "transport.event-loops",
                        "transport.read-size",
                        "admin.enabled",
                        "admin.host",
                        "admin.port");
        assertThat(keysOf(Effect.NEW_CONNECTIONS)).containsExactly("transport.send-buffer", "transport.receive-buffer");
    }

    @Test
    void namesWhatDiffersInTheOrderOfTheReferenceWithBothValues() {
        BrokerConfig other = DEFAULTS.with(Map.of(
                "log.level", "debug", "listen.port", "4711", "memory.max", "1 GiB", "transport.send-buffer", "1 MiB"));
        assertThat(ConfigChange.between(DEFAULTS, other))
                .containsExactly(
                        new ConfigChange("listen.port", "25000", "4711", Effect.RESTART),
                        new ConfigChange("transport.send-buffer", "0 B", "1 MiB", Effect.NEW_CONNECTIONS),
                        new ConfigChange("memory.max", "auto", "1 GiB", Effect.LIVE),
                        new ConfigChange("log.level", "info", "debug", Effect.LIVE));
        assertThat(ConfigChange.between(other, other)).isEmpty();
    }

    @Test
    void namesRulesAsAWhole() {
        BrokerConfig other = DEFAULTS.with("delivery.overflow", "[{pattern: /topic/**, policy: latest}]");
        assertThat(ConfigChange.between(DEFAULTS, other))
                .containsExactly(new ConfigChange(
                        "delivery.overflow", "[]", "[{pattern: \"/topic/**\", policy: latest}]", Effect.LIVE));
    }

    @Test
    void aReloadTakesAllButWhatNeedsARestart() {
        BrokerConfig wanted = DEFAULTS.with(Map.of("listen.port", "4711", "queues.max-bytes", "1 GiB"));
        BrokerConfig inForce = DEFAULTS.reloaded(wanted);
        assertThat(inForce).isEqualTo(DEFAULTS.with("queues.max-bytes", "1 GiB"));
        assertThat(ConfigChange.between(inForce, wanted))
                .extracting(ConfigChange::key)
                .containsExactly("listen.port");
    }

    @Test
    void listsEverySettingWithItsOrigin() {
        LoadedConfig loaded = new ConfigLoader().load(null, Map.of("SLUICE_CONF_LISTEN_PORT", "4711"), Map.of());
        List<ConfigSetting> settings = ConfigSetting.all(loaded);
        assertThat(settings).hasSameSizeAs(ConfigKeys.all());
        assertThat(settings.get(1))
                .isEqualTo(new ConfigSetting(
                        "listen.port",
                        "4711",
                        "25000",
                        "environment SLUICE_CONF_LISTEN_PORT",
                        Effect.RESTART,
                        ConfigKeys.LISTEN_PORT.sentence()));
        assertThat(settings)
                .filteredOn(setting -> setting.origin().equals("default"))
                .hasSize(settings.size() - 1);
    }

    @Test
    void whatDoesNotGoTogetherIsRefusedBeforeAnythingElse() {
        assertThatThrownBy(() -> DEFAULTS.with("native.max-frame", "100 MiB")).isInstanceOf(ConfigException.class);
    }

    private static List<String> keysOf(Effect effect) {
        List<String> keys = new ArrayList<>();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            if (key.effect() == effect) {
                keys.add(key.name());
            }
        }
        return keys;
    }
}
