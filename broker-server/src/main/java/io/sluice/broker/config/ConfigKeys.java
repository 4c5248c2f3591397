package io.sluice.broker.config;

import io.sluice.broker.config.Quantity.Of;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every key there is, described once: reading, checking, printing, suggestions and the reference file all follow this
 * table. Its order is that of the reference file.
 */
final class ConfigKeys {
    static final String OVERFLOW_NAME = "delivery.overflow";

    private static final Map<String, ConfigKey<?>> BY_NAME = new LinkedHashMap<>();

    static final ConfigKey<String> LISTEN_HOST = atStart(ConfigKey.of(
            "listen.host",
            new Text("a host name or address", Text::hostName),
            "127.0.0.1",
            "The interface it listens on; 0.0.0.0 or \"::\" for all."));
    static final ConfigKey<Long> LISTEN_PORT =
            atStart(number("listen.port", "25000", "0", "65535", "", "The port it listens on; 0 takes any free one."));
    static final ConfigKey<Long> LISTEN_BACKLOG = atStart(number(
            "listen.backlog",
            "1024",
            "1",
            "65535",
            "",
            "Connections the kernel holds until they are accepted; net.core.somaxconn caps it."));

    static final ConfigKey<String> TRANSPORT_TYPE = atStart(ConfigKey.of(
            "transport.type",
            new Choice("auto", "epoll", "nio", "io_uring"),
            "auto",
            "How sockets are served; auto is epoll where it works, else nio."));
    static final ConfigKey<Long> EVENT_LOOPS = atStart(number(
            "transport.event-loops",
            "0",
            "0",
            "256",
            "",
            "Threads that serve connections; 0 is one for two cores, up to 8."));
    static final ConfigKey<Long> SEND_BUFFER = forNewConnections(size(
            "transport.send-buffer",
            "0 B",
            "0 B",
            "1 GiB",
            "",
            "Send buffer of a connection in the kernel, on top of all bounds here; 0 B lets the kernel size it."));
    static final ConfigKey<Long> RECEIVE_BUFFER = forNewConnections(size(
            "transport.receive-buffer",
            "0 B",
            "0 B",
            "1 GiB",
            "",
            "Receive buffer of a connection in the kernel; 0 B lets the kernel size it."));
    static final ConfigKey<Long> READ_SIZE =
            atStart(size("transport.read-size", "256 KiB", "4 KiB", "1 MiB", "", "The most bytes of one read."));
    static final ConfigKey<Long> PAGE_FILES = number(
            "transport.page-files",
            "16",
            "0",
            "64",
            "",
            "Files in memory, of up to 1 MiB each and on top of memory.max, from which what goes to 16 or more subscribers is"
                    + " sent without copying (epoll only); 0 copies always.");
    static final ConfigKey<Long> HANDSHAKE_TIMEOUT = duration(
            "transport.handshake-timeout",
            "5 s",
            "1 ms",
            "1 h",
            "",
            "A connection without a whole first frame is closed after this time; nothing extends it.");
    static final ConfigKey<Long> FRAME_TIMEOUT = duration(
            "transport.frame-timeout",
            "30 s",
            "1 ms",
            "24 h",
            "",
            "A connection whose frame, once begun, stands still for this time is closed.");
    static final ConfigKey<Long> IDLE_TIMEOUT = duration(
            "transport.idle-timeout",
            "off",
            "1 ms",
            "24 h",
            "off",
            "A connection that is silent between two frames for this time is closed.");
    static final ConfigKey<Long> USER_TIMEOUT = duration(
            "transport.user-timeout",
            "60 s",
            "1 s",
            "24 h",
            "",
            "A peer that answers nothing sent to it for this time is gone; one that answers but does not read is not (epoll).");
    static final ConfigKey<Long> UNSENT_LOW_WATER = size(
            "transport.unsent-low-water",
            "128 KiB",
            "1 KiB",
            "1 GiB",
            "",
            "Unsent bytes the kernel takes for queue and latest subscribers (TCP_NOTSENT_LOWAT, Linux).");

    static final ConfigKey<Long> CONNECTIONS_MAX = number(
            "connections.max",
            "auto",
            "1",
            "10000000",
            "auto",
            "Connections at a time, further ones are closed at once; auto is 80 % of the descriptor limit, less if that leaves under 80.");

    static final ConfigKey<Long> MAX_FRAME = size(
            "native.max-frame",
            "16777215 B",
            "1 B",
            "1 GiB",
            "",
            "The largest frame; a connection that announces a larger one is closed.");

    static final ConfigKey<Long> DESTINATIONS_MAX = number(
            "destinations.max",
            "100000",
            "1",
            "100000000",
            "",
            "Topics and queues at a time; the frame that would create one more closes its connection.");
    static final ConfigKey<Long> FORGET_AFTER = duration(
            "destinations.forget-after",
            "60 s",
            "1 ms",
            "8760 h",
            "",
            "A queue without subscriber, message or publish for this time is forgotten.");

    static final ConfigKey<Long> QUEUE_MAX_BYTES = size(
            "queues.max-bytes",
            "256 MiB",
            "1 B",
            "1024 GiB",
            "",
            "The memory a queue's messages may keep alive; there its publishers are pushed back.");
    static final ConfigKey<Long> QUEUE_MAX_MESSAGES = number(
            "queues.max-messages",
            "1000000",
            "1",
            "1000000000000",
            "",
            "The messages that may wait in a queue; there its publishers are pushed back.");
    static final ConfigKey<Long> WINDOW_BYTES = size(
            "queues.window-bytes",
            "1 MiB",
            "1 B",
            "1 GiB",
            "",
            "The memory a queue assigns to one subscriber; one that has as much is skipped in its turn.");
    static final ConfigKey<Long> WINDOW_MESSAGES = number(
            "queues.window-messages",
            "10000",
            "1",
            "10000000",
            "",
            "The messages a queue assigns to one subscriber; one that has as many is skipped in its turn.");
    static final ConfigKey<Long> STALL_TIMEOUT = duration(
            "queues.stall-timeout",
            "30 s",
            "1 ms",
            "24 h",
            "",
            "A subscriber that holds messages and reads nothing for this time gives them back.");

    static final ConfigKey<Long> SEND_QUEUE_MAX_BYTES = size(
            "delivery.send-queue.max-bytes",
            "64 MiB",
            "1 B",
            "1024 GiB",
            "",
            "The memory that what waits for one topic subscriber may keep alive; there its overflow policy decides.");
    static final ConfigKey<Long> SEND_QUEUE_MAX_MESSAGES = number(
            "delivery.send-queue.max-messages",
            "off",
            "1",
            "1000000000000",
            "off",
            "The messages that may wait for one topic subscriber; there its overflow policy decides.");
    static final ConfigKey<Long> SEND_QUEUE_MAX_AGE = duration(
            "delivery.send-queue.max-age",
            "off",
            "1 ms",
            "8760 h",
            "off",
            "What waits longer for a topic subscriber is dropped.");
    static final ConfigKey<Long> PUSH_BACK_TIMEOUT = duration(
            "delivery.push-back-timeout",
            "30 s",
            "1 ms",
            "24 h",
            "",
            "A topic subscriber that blocks its publishers for this time, under push-back, is disconnected.");
    static final ConfigKey<List<OverflowRule>> OVERFLOW = add(ConfigKey.of(
            OVERFLOW_NAME,
            new OverflowRules(),
            List.of(),
            "Other policies and bounds for some destinations; the first rule that matches counts."));

    static final ConfigKey<Long> MEMORY_MAX = size(
            "memory.max",
            "auto",
            "1 B",
            "1024 GiB",
            "auto",
            "The memory of all that is queued and unfinished; auto is the smaller of 40 % of the memory limit"
                    + " (container or machine) and 75 % of the direct memory.");

    static final ConfigKey<Long> DRAIN_TIMEOUT = duration(
            "shutdown.drain-timeout",
            "8 s",
            "0 ms",
            "24 h",
            "",
            "How long a stopping broker still delivers what is queued for live subscribers.");

    static final ConfigKey<Long> LEAVE_OVER = duration(
            "shutdown.leave-over",
            "10 s",
            "0 ms",
            "24 h",
            "",
            "The time over which the subscribers of a broker that is drained leave, evenly spread.");
    static final ConfigKey<Long> PATIENCE = duration(
            "shutdown.patience",
            "30 s",
            "0 ms",
            "24 h",
            "",
            "How long a broker that is drained waits, at most, for publishers to fall silent, for queues to run empty and for"
                    + " a leaving subscriber to take what is held for it.");

    static final ConfigKey<String> STATS_FILE = add(ConfigKey.of(
            "stats.file",
            new Text("a path, or \"\"", Text::filePath),
            "",
            "The file statistics go to; \"\" for none."));
    static final ConfigKey<Long> STATS_INTERVAL =
            duration("stats.interval", "1 s", "100 ms", "1 h", "", "The time between two samples of the statistics.");

    static final ConfigKey<String> LOG_LEVEL = add(ConfigKey.of(
            "log.level", new Choice("error", "warn", "info", "debug"), "info", "The least important lines logged."));

    static final ConfigKey<String> LOG_FORMAT = add(ConfigKey.of(
            "log.format", new Choice("text", "json"), "text", "How lines are logged; json is an object a line."));

    static final ConfigKey<Boolean> ADMIN_ENABLED = atStart(ConfigKey.of(
            "admin.enabled",
            new Flag(),
            true,
            "Whether health, metrics, the admin API and the console are served, by HTTP."));
    static final ConfigKey<String> ADMIN_HOST = atStart(
            ConfigKey.of(
                    "admin.host",
                    new Text("a host name or address", Text::hostName),
                    "127.0.0.1",
                    "The interface they are served on; one that others can reach needs admin.token-file, and there all needs the token."));
    static final ConfigKey<Long> ADMIN_PORT = atStart(ConfigKey.of(
            "admin.port",
            new AdminPort(),
            (long) AdminConfig.AUTO_PORT,
            "The port they are served on, 0 for any free one; auto is " + AdminConfig.DEFAULT_PORT
                    + ", any if listen.port is 0, and the broker runs without if it is taken."));
    static final ConfigKey<String> ADMIN_TOKEN_FILE = add(ConfigKey.of(
            "admin.token-file",
            new Text("a path, or \"\"", Text::filePath),
            "",
            "The file with the token that state changes and payloads need; \"\" is sluice/admin-token under"
                    + " $XDG_STATE_HOME or ~/.local/state, made if it is not there."));
    static final ConfigKey<Boolean> ADMIN_OPEN_METRICS = add(ConfigKey.of(
            "admin.open-metrics",
            new Flag(),
            false,
            "Whether /metrics needs no token on an interface others can reach."));
    static final ConfigKey<Boolean> ADMIN_OPEN_HEALTH = add(ConfigKey.of(
            "admin.open-health",
            new Flag(),
            false,
            "Whether /healthz and /readyz need no token on an interface others can reach."));
    static final ConfigKey<String> ADMIN_HOSTS = add(ConfigKey.of(
            "admin.hosts",
            new Text("host names separated by commas, or \"\"", Text::hostNames),
            "",
            "Names under which it may be asked, beside localhost and the address asked at: what a browser is made to"
                    + " believe about other names must not lead here."));
    static final ConfigKey<Long> ADMIN_MAX_CONNECTIONS = number(
            "admin.max-connections",
            "64",
            "1",
            "10000",
            "",
            "Operators' connections at a time; a further one takes the place of the oldest that asks nothing. Half of them, and"
                    + " at most 32, may be streams of events; a browser opens up to 6.");
    static final ConfigKey<Long> ADMIN_METRICS_SERIES = number(
            "admin.metrics-series",
            "50",
            "0",
            "1000",
            "",
            "The destinations and the subscribers with metrics of their own, those with the largest backlog; the rest is summed.");

    private ConfigKeys() {}

    /** All keys, in the order of the reference file. */
    static Iterable<ConfigKey<?>> all() {
        return Collections.unmodifiableCollection(BY_NAME.values());
    }

    static @Nullable ConfigKey<?> find(String name) {
        return BY_NAME.get(name);
    }

    /** Whether keys begin with this path and a dot. */
    static boolean isSection(String path) {
        String prefix = path + ".";
        for (String name : BY_NAME.keySet()) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** The names of all keys and of the sections they are in. */
    static List<String> namesAndSections() {
        List<String> names = new ArrayList<>(BY_NAME.keySet());
        for (String name : BY_NAME.keySet()) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                String section = name.substring(0, dot);
                if (!names.contains(section)) {
                    names.add(section);
                }
            }
        }
        return names;
    }

    private static ConfigKey<Long> number(
            String name, String value, String min, String max, String zeroName, String sentence) {
        return quantity(name, new Quantity(Of.THINGS, min, max, zeroName), value, sentence);
    }

    private static ConfigKey<Long> size(
            String name, String value, String min, String max, String zeroName, String sentence) {
        return quantity(name, new Quantity(Of.BYTES, min, max, zeroName), value, sentence);
    }

    private static ConfigKey<Long> duration(
            String name, String value, String min, String max, String zeroName, String sentence) {
        return quantity(name, new Quantity(Of.MILLISECONDS, min, max, zeroName), value, sentence);
    }

    private static ConfigKey<Long> quantity(String name, Quantity quantity, String value, String sentence) {
        return add(ConfigKey.of(name, quantity, quantity.parse(value), sentence));
    }

    /** A key that is read once, when the broker starts. */
    private static <T> ConfigKey<T> atStart(ConfigKey<T> key) {
        return add(key.takingEffect(Effect.RESTART));
    }

    /** A key that is read when a connection is accepted. */
    private static <T> ConfigKey<T> forNewConnections(ConfigKey<T> key) {
        return add(key.takingEffect(Effect.NEW_CONNECTIONS));
    }

    private static <T> ConfigKey<T> add(ConfigKey<T> key) {
        BY_NAME.put(key.name(), key);
        return key;
    }
}
