package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BrokerConfigTest {
    private static final long MIB = 1 << 20;

    private final BrokerConfig defaults = BrokerConfig.defaults();

    @Test
    void hasTheDefaultsThatClientsRelyOn() {
        assertThat(defaults)
                .isEqualTo(new BrokerConfig(
                        new ListenConfig("127.0.0.1", 25000, 1024),
                        new TransportConfig(
                                TransportType.AUTO, 0, 0, 0, 262_144, 16, 5_000, 30_000, 0, 60_000, 131_072),
                        new ConnectionsConfig(0),
                        new NativeConfig(16_777_215),
                        new DestinationsConfig(100_000, 60_000),
                        new QueueConfig(256 * MIB, 1_000_000, MIB, 10_000, 30_000),
                        new SendQueueConfig(64 * MIB, 0, 0, 30_000),
                        List.of(),
                        new MemoryConfig(0),
                        new ShutdownConfig(8_000, 10_000, 30_000),
                        new StatsConfig("", 1_000),
                        new LogConfig("info", "text"),
                        new AdminConfig(true, "127.0.0.1", AdminConfig.AUTO_PORT, "", false, false, "", 64, 50)));
    }

    @Test
    void changesOneSettingByItsKey() {
        BrokerConfig changed = defaults.with("listen.port", "0").with("delivery.send-queue.max-bytes", "128 MiB");

        assertThat(changed.listen().port()).isZero();
        assertThat(changed.sendQueue().maxBytes()).isEqualTo(128 * MIB);
        assertThat(changed.with("listen.port", "25000").with("delivery.send-queue.max-bytes", "64 MiB"))
                .isEqualTo(defaults);
    }

    @Test
    void takesRulesInFlowStyle() {
        BrokerConfig changed = defaults.with(
                "delivery.overflow", "[{pattern: /topic/**, policy: drop-oldest, max-age: 5 s}, {pattern: \"*\"}]");

        assertThat(changed.overflow())
                .containsExactly(
                        new OverflowRule("/topic/**", "drop-oldest", 0, 0, 5_000), new OverflowRule("*", "", 0, 0, 0));
    }

    @Test
    void changesTogetherWhatOnlyGoesTogether() {
        Map<String, String> larger = new LinkedHashMap<>();
        larger.put("native.max-frame", "512 MiB");
        larger.put("queues.max-bytes", "1 GiB");
        larger.put("delivery.send-queue.max-bytes", "1 GiB");

        assertThat(defaults.with(larger).nativeWire().maxFrameBytes()).isEqualTo(512 * (int) MIB);
        assertThatThrownBy(() -> defaults.with("native.max-frame", "512 MiB")).isInstanceOf(ConfigException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listen.prot | 1 | listen.prot: unknown key; did you mean listen.port?",
                "port | 1 | port: unknown key; did you mean listen.port?",
                "listen | 1 | listen: unknown key; did you mean listen?",
                "listen.port | 70000 | listen.port: 70000: must be a whole number from 0 to 65535",
                "listen.port | -1 | listen.port: -1: not a whole number; must be a whole number from 0 to 65535",
                "listen.port | '' | listen.port: no value: must be a whole number from 0 to 65535",
                "listen.port | [1] | listen.port: found a list; must be a whole number from 0 to 65535",
                "listen.port | {a: 1} | listen.port: found a mapping; must be a whole number from 0 to 65535",
                "listen.port | '99999999999999999999' | listen.port: 99999999999999999999: too large; must be a whole"
                        + " number from 0 to 65535",
                "memory.max | 64 | memory.max: 64: a size needs a unit: B, KiB, MiB, GiB; must be a size from 1 B to"
                        + " 1024 GiB, or auto",
                "stats.interval | 99 ms | stats.interval: 99 ms: must be a duration from 100 ms to 1 h",
                "stats.interval | off | stats.interval: off: a duration is a whole number and a unit: ms, s, m, h;"
                        + " must be a duration from 100 ms to 1 h",
                "transport.type | kqueue | transport.type: kqueue: must be auto, epoll, nio or io_uring",
                "log.level | INFO | log.level: INFO: must be error, warn, info or debug",
                "listen.host | a b | listen.host: a b: must be a host name or address",
                "listen.host | '' | listen.host: \"\": must be a host name or address",
                "listen.host | *a | listen.host: *a: anchors and aliases (& and *) are not supported; put text with"
                        + " them in quotes",
                "delivery.overflow | 5 | delivery.overflow: found 5; must be a list of at most 1000 rules with"
                        + " pattern, policy, max-bytes, max-messages and max-age, all but pattern optional",
            })
    void refusesNamingTheKey(String key, String value, String message) {
        assertThatThrownBy(() -> defaults.with(key, value))
                .isInstanceOf(ConfigException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "transport.idle-timeout, off",
        "transport.idle-timeout, 0",
        "transport.idle-timeout, 0 s",
        "connections.max, auto",
        "connections.max, 0",
        "memory.max, auto",
        "memory.max, 0",
        "delivery.send-queue.max-messages, off",
        "delivery.send-queue.max-age, off",
        "transport.send-buffer, 0",
        "transport.event-loops, 0",
    })
    void readsTheNamesOfZeroAndBareZero(String key, String value) {
        assertThat(defaults.with(key, value)).isEqualTo(defaults);
    }

    @Test
    void everyIntegerThatIsNoLongIsBoundBelowTheLargestInteger() {
        for (String key : List.of(
                "listen.port",
                "listen.backlog",
                "transport.event-loops",
                "connections.max",
                "destinations.max",
                "queues.window-messages")) {
            assertThatThrownBy(() -> defaults.with(key, "4294967296"))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith(key + ": 4294967296: must be ");
        }
        for (String key : List.of(
                "transport.send-buffer",
                "transport.receive-buffer",
                "transport.read-size",
                "transport.unsent-low-water",
                "native.max-frame")) {
            assertThatThrownBy(() -> defaults.with(key, "4 GiB"))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith(key + ": 4 GiB: must be ");
        }
    }

    @Test
    void recordsCheckThemselves() {
        assertThatThrownBy(() -> new ListenConfig("127.0.0.1", -1, 1))
                .isInstanceOf(ConfigException.class)
                .hasMessage("listen.port: -1: must be a whole number from 0 to 65535");
        assertThatThrownBy(() -> new StatsConfig("x", 5))
                .hasMessage("stats.interval: 5 ms: must be a duration from 100 ms to 1 h");
        assertThatThrownBy(() -> new NativeConfig(0)).hasMessageStartingWith("native.max-frame: 0 B: must be ");
        assertThatThrownBy(() -> new StatsConfig("a\u0000b", 1000))
                .hasMessage("stats.file: a\\u{0}b: must be a path of at most 4096 characters");
        assertThatThrownBy(() -> new OverflowRule("/a/#", "", 0, 0, 0))
                .hasMessage("delivery.overflow: pattern: /a/#: a segment must not be exactly #, + or >");
        assertThatThrownBy(() -> new OverflowRule("/a", "", -1, 0, 0))
                .hasMessageStartingWith("delivery.overflow: max-bytes: -1 B: must be ");
        assertThatThrownBy(() -> new OverflowRule("/a", "Drop Oldest", 0, 0, 0))
                .hasMessageStartingWith("delivery.overflow: policy: Drop Oldest: ");
    }

    @Test
    void refusesEveryBoundThatDoesNotHoldTheLargestFrame() {
        Map<String, String> small = new LinkedHashMap<>();
        small.put("queues.max-bytes", "16 MiB");
        small.put("delivery.send-queue.max-bytes", "16777218 B");
        small.put("memory.max", "1 B");
        small.put("delivery.overflow", "[{pattern: /a}, {pattern: /b, max-bytes: 1 MiB}]");

        ConfigException e = catchThrowableOfType(ConfigException.class, () -> defaults.with(small));

        String why = ": smaller than the largest frame; must be at least 16777219 B (native.max-frame + 4), or lower"
                + " native.max-frame";
        assertThat(e.problems())
                .containsExactlyInAnyOrder(
                        "queues.max-bytes: 16 MiB" + why,
                        "delivery.send-queue.max-bytes: 16777218 B" + why,
                        "memory.max: 1 B" + why,
                        "delivery.overflow: rule 2: max-bytes: 1 MiB" + why);
    }

    @Test
    void aBoundOfExactlyTheLargestFrameIsEnoughAndTheWindowMayBeSmaller() {
        BrokerConfig changed = defaults.with(Map.of(
                "queues.max-bytes", "16777219 B",
                "delivery.send-queue.max-bytes", "16777219 B",
                "queues.window-bytes", "1 B"));

        assertThat(changed.queues().maxBytes()).isEqualTo(16_777_219);
    }

    @Test
    void refusesARuleThatAnEarlierOneCovers() {
        assertThatThrownBy(() -> defaults.with(
                        "delivery.overflow", "[{pattern: /a/*}, {pattern: /topic/**}, {pattern: /topic/*/x}]"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("delivery.overflow: rule 3: pattern: /topic/*/x: can never match: rule 2 (/topic/**) comes"
                        + " before it and covers it; move it before that rule or remove it");
    }

    @Test
    void refusesToDisconnectFromAQueue() {
        String why =
                "disconnect: a queue has no subscriber to close: use push-back, drop-newest, drop-oldest or latest";

        assertThatThrownBy(() -> new OverflowRule("/queue/**", "disconnect", 0, 0, 0))
                .isInstanceOf(ConfigException.class)
                .hasMessage("delivery.overflow: policy: " + why);
        assertThatThrownBy(() ->
                        defaults.with("delivery.overflow", "[{pattern: /a}, {pattern: /queue, policy: disconnect}]"))
                .hasMessage("delivery.overflow: rule 2: policy: " + why);
        assertThat(new OverflowRule("/**", "disconnect", 0, 0, 0)).isNotNull();
        assertThat(new OverflowRule("/queuefoo/**", "disconnect", 0, 0, 0)).isNotNull();
    }

    @Test
    void refusesMoreRulesThanCanBeLookedThroughForEveryDestination() {
        List<OverflowRule> rules = IntStream.range(0, 1001)
                .mapToObj(i -> new OverflowRule("/" + i, "", 0, 0, 0))
                .toList();

        assertThatThrownBy(() -> new BrokerConfig(
                        defaults.listen(),
                        defaults.transport(),
                        defaults.connections(),
                        defaults.nativeWire(),
                        defaults.destinations(),
                        defaults.queues(),
                        defaults.sendQueue(),
                        rules,
                        defaults.memory(),
                        defaults.shutdown(),
                        defaults.stats(),
                        defaults.log(),
                        defaults.admin()))
                .isInstanceOf(ConfigException.class)
                .hasMessage("delivery.overflow: found 1001 rules; at most 1000 are allowed");
    }

    @Test
    void theOwnerOfASettingCanRefuseItToo() {
        assertThat(ConfigException.of("memory.max", "too much for this machine").problems())
                .containsExactly("memory.max: too much for this machine");
    }
}
