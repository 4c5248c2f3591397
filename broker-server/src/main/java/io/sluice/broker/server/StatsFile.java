package io.sluice.broker.server;

import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.CounterTotals;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Appends the broker's counters to a file, one JSON object a line. A file that cannot be written is warned about once. */
final class StatsFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatsFile.class);
    private static final JsonFactory JSON = new JsonFactory();

    /** Of more subscribers only those are listed that hold the most. */
    private static final int SUBSCRIBERS_LISTED = 1000;

    private final Path file;
    private final BufferedWriter out;

    @HeldUnder("this")
    private boolean failed;

    /** Opens the file, to append to it. */
    StatsFile(Path file) {
        this.file = file;
        try {
            this.out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new BrokerStartException("cannot write the statistics file " + file + ": " + FileFault.because(e), e);
        }
    }

    synchronized void append(BrokerSnapshot snapshot) {
        if (failed) {
            return;
        }
        try {
            out.write(line(snapshot));
            out.newLine();
            out.flush();
        } catch (IOException e) {
            fail(e);
        }
    }

    static String line(BrokerSnapshot snapshot) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("time", snapshot.time().toString());
            writeTotals(json, snapshot.totals());
            json.writeNumberProperty("open_connections", snapshot.openConnections());
            json.writeNumberProperty("destinations", snapshot.destinations());
            json.writeNumberProperty("waiting_messages", snapshot.waitingMessages());
            json.writeNumberProperty("waiting_bytes", snapshot.waitingBytes());
            json.writeNumberProperty("waiting_publishers", snapshot.waitingPublishers());
            json.writeNumberProperty("held_messages", snapshot.heldMessages());
            json.writeNumberProperty("pinned_bytes", snapshot.pinnedBytes());
            json.writeNumberProperty("max_pinned_bytes", snapshot.maxPinnedBytes());
            writeSubscribers(json, snapshot.subscribers());
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void writeTotals(JsonGenerator json, CounterTotals totals) {
        json.writeNumberProperty("messages_in", totals.messagesIn());
        json.writeNumberProperty("bytes_in", totals.bytesIn());
        json.writeNumberProperty("messages_written", totals.messagesWritten());
        json.writeNumberProperty("bytes_written", totals.bytesWritten());
        json.writeNumberProperty("messages_returned", totals.messagesReturned());
        json.writeNumberProperty("push_backs", totals.pushBacks());
        json.writeNumberProperty("connections_accepted", totals.connectionsAccepted());
        json.writeNumberProperty("slow_episodes", totals.slowEpisodes());
        json.writeNumberProperty("unread_bytes", totals.unreadBytes());
        writeDrops(json, "dropped_messages", totals.droppedMessages());
        writeDrops(json, "dropped_bytes", totals.droppedBytes());
        json.writeObjectPropertyStart("closes");
        for (Map.Entry<CloseReason, Long> entry : totals.closes().entrySet()) {
            json.writeNumberProperty(entry.getKey().text(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeDrops(JsonGenerator json, String name, Map<DropReason, Long> drops) {
        json.writeObjectPropertyStart(name);
        for (Map.Entry<DropReason, Long> entry : drops.entrySet()) {
            json.writeNumberProperty(entry.getKey().text(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeSubscribers(JsonGenerator json, List<SubscriberSnapshot> subscribers) {
        json.writeArrayPropertyStart("subscribers");
        subscribers.stream()
                .sorted(Comparator.comparingLong(SubscriberSnapshot::heldBytes).reversed())
                .limit(SUBSCRIBERS_LISTED)
                .forEach(subscriber -> writeSubscriber(json, subscriber));
        json.writeEndArray();
    }

    private static void writeSubscriber(JsonGenerator json, SubscriberSnapshot subscriber) {
        json.writeStartObject();
        json.writeStringProperty("id", subscriber.id());
        json.writeStringProperty("remote_address", subscriber.remoteAddress());
        json.writeStringProperty("destination", subscriber.destination());
        json.writeNumberProperty("held_messages", subscriber.heldMessages());
        json.writeNumberProperty("held_bytes", subscriber.heldBytes());
        json.writeNumberProperty("oldest_age_ms", subscriber.oldestAgeMs());
        json.writeNumberProperty("messages_written", subscriber.messagesWritten());
        json.writeNumberProperty("bytes_written", subscriber.bytesWritten());
        json.writeNumberProperty("messages_returned", subscriber.messagesReturned());
        writeDrops(json, "dropped_messages", subscriber.droppedMessages());
        json.writeNumberProperty("slow_episodes", subscriber.slowEpisodes());
        json.writeBooleanProperty("slow", subscriber.slow());
        json.writeEndObject();
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            fail(e);
        }
    }

    /** Told once: nobody waits for statistics. */
    @HeldUnder("this")
    private void fail(IOException cause) {
        if (!failed) {
            LOG.warn("cannot write the statistics file {} any more: {}", file, FileFault.because(cause));
        }
        failed = true;
    }
}
