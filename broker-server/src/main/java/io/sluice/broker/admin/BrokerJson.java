package io.sluice.broker.admin;

import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.ConnectionState;
import io.sluice.broker.metrics.CounterTotals;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.LoopDelay;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/** Writes the broker as a whole. */
final class BrokerJson {
    private final BrokerView broker;

    BrokerJson(BrokerView broker) {
        this.broker = broker;
    }

    /** The properties of the object. */
    void write(JsonGenerator json, Picture picture, Observer.Rates rates) {
        BrokerFacts facts = broker.facts();
        json.writeStringProperty("version", facts.version());
        json.writeStringProperty("java_version", facts.javaVersion());
        json.writeNumberProperty("pid", facts.pid());
        json.writeStringProperty("started", facts.started().toString());
        json.writeNumberProperty(
                "uptime_ms", Instant.now().toEpochMilli() - facts.started().toEpochMilli());
        json.writeStringProperty("config_file", facts.configFile());
        json.writeArrayPropertyStart("listen");
        facts.listen().forEach(json::writeString);
        json.writeEndArray();
        json.writeStringProperty("state", broker.readiness().text());
        json.writeStringProperty("transport", facts.transport());
        writeLoops(json, picture);
        writeConnections(json, picture);
        writeTotals(json, picture.status().totals());
        writeRates(json, rates);
        writeMemory(json, picture.status());
        json.writeNumberProperty("destinations", picture.destinations().size());
        json.writeNumberProperty("subscribers", picture.subscribers().size());
        json.writeNumberProperty("slow_subscribers", picture.slowSubscribers());
        json.writeNumberProperty("waiting_publishers", picture.waitingPublishers());
        json.writeNumberProperty("waiting_messages", picture.waitingMessages());
        json.writeNumberProperty("waiting_bytes", picture.waitingBytes());
        json.writeNumberProperty("held_messages", picture.heldMessages());
    }

    private static void writeLoops(JsonGenerator json, Picture picture) {
        json.writeArrayPropertyStart("event_loops");
        for (LoopDelay loop : picture.loops()) {
            json.writeStartObject();
            json.writeStringProperty("name", loop.loop());
            json.writeNumberProperty("delay_ms", Numbers.rounded(loop.lastNs() / 1e6));
            json.writeNumberProperty("max_delay_ms", Numbers.rounded(loop.maxNs() / 1e6));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeConnections(JsonGenerator json, Picture picture) {
        Map<ConnectionState, Integer> states = new EnumMap<>(ConnectionState.class);
        for (ConnectionSnapshot connection : picture.connections()) {
            states.merge(connection.state(), 1, Integer::sum);
        }
        json.writeObjectPropertyStart("connections");
        json.writeNumberProperty("open", picture.connections().size());
        json.writeNumberProperty("max", picture.status().maxConnections());
        json.writeNumberProperty("accepted", picture.status().totals().connectionsAccepted());
        json.writeObjectPropertyStart("by_state");
        for (ConnectionState state : ConnectionState.values()) {
            if (state != ConnectionState.CLOSED) {
                json.writeNumberProperty(state.name().toLowerCase(Locale.ROOT), states.getOrDefault(state, 0));
            }
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeTotals(JsonGenerator json, CounterTotals totals) {
        json.writeObjectPropertyStart("totals");
        json.writeNumberProperty("messages_in", totals.messagesIn());
        json.writeNumberProperty("bytes_in", totals.bytesIn());
        json.writeNumberProperty("messages_written", totals.messagesWritten());
        json.writeNumberProperty("bytes_written", totals.bytesWritten());
        json.writeNumberProperty("messages_returned", totals.messagesReturned());
        json.writeNumberProperty("push_backs", totals.pushBacks());
        json.writeNumberProperty("slow_episodes", totals.slowEpisodes());
        json.writeObjectPropertyStart("dropped");
        for (DropReason reason : DropReason.values()) {
            json.writeNumberProperty(reason.text(), totals.dropped(reason));
        }
        json.writeEndObject();
        json.writeObjectPropertyStart("closed");
        for (CloseReason reason : CloseReason.values()) {
            json.writeNumberProperty(reason.text(), totals.closed(reason));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeRates(JsonGenerator json, Observer.Rates rates) {
        json.writeObjectPropertyStart("rates");
        json.writeNumberProperty("messages_in", Numbers.rounded(rates.messagesIn()));
        json.writeNumberProperty("bytes_in", Numbers.rounded(rates.bytesIn()));
        json.writeNumberProperty("messages_written", Numbers.rounded(rates.messagesWritten()));
        json.writeNumberProperty("bytes_written", Numbers.rounded(rates.bytesWritten()));
        json.writeNumberProperty("dropped", Numbers.rounded(rates.dropped()));
        json.writeEndObject();
    }

    private static void writeMemory(JsonGenerator json, BrokerStatus status) {
        ProcessMemory memory = ProcessMemory.now();
        json.writeObjectPropertyStart("memory");
        json.writeNumberProperty("pinned_bytes", status.pinnedBytes());
        json.writeNumberProperty("max_bytes", status.maxPinnedBytes());
        json.writeNumberProperty("heap_used_bytes", memory.heapUsedBytes());
        json.writeNumberProperty("heap_max_bytes", memory.heapMaxBytes());
        json.writeNumberProperty("direct_bytes", memory.directBytes());
        json.writeNumberProperty("rss_bytes", memory.rssBytes());
        json.writeEndObject();
    }
}
