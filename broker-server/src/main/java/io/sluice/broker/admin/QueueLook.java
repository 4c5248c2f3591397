package io.sluice.broker.admin;

import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.message.MessageCopy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells one viewer what waits in a queue and was not there at the last look. What came and was taken between two looks, or
 * waits behind what is looked at, is not seen: nothing is taken to see it.
 */
@OwnLoop
final class QueueLook {
    private final Supplier<Optional<List<MessageCopy>>> queue;
    private final EventStream stream;
    private Instant newest = Instant.MIN;

    QueueLook(Supplier<Optional<List<MessageCopy>>> queue, EventStream stream) {
        this.queue = queue;
        this.stream = stream;
    }

    /** Looks. */
    void run() {
        long budgetBytes = EventsApi.MOST_BYTES;
        long missed = 0;
        Instant seen = newest;
        for (MessageCopy message : queue.get().orElse(List.of())) {
            if (!message.arrived().isAfter(seen)) {
                continue;
            }
            newest = message.arrived().isAfter(newest) ? message.arrived() : newest;
            byte[] data = MessageJson.event(message);
            if (data.length <= budgetBytes && stream.send("message", data)) {
                budgetBytes -= data.length;
            } else {
                missed++;
            }
        }
        long left = missed;
        if (left > 0) {
            stream.send("missed", Json.bytes(json -> json.writeNumberProperty("messages", left)));
        }
    }
}
