package io.sluice.broker.admin;

import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.destination.QueueNews;
import io.sluice.broker.message.MessageCopy;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Tells one viewer what came to a queue since the last look and still waits, and how much came besides. Begins with the newest
 * messages that wait. Nothing is taken to see it.
 */
@OwnLoop
final class QueueLook {
    private final LongFunction<Optional<QueueNews>> queue;
    private final EventStream stream;
    private long arrivals = QueueNews.FIRST_LOOK;

    /** @param queue gives what came since so many arrivals; empty while there is no such queue */
    QueueLook(LongFunction<Optional<QueueNews>> queue, EventStream stream) {
        this.queue = queue;
        this.stream = stream;
    }

    /** Looks. */
    void run() {
        queue.apply(arrivals).ifPresent(this::tell);
    }

    private void tell(QueueNews news) {
        arrivals = news.arrivals();
        long budgetBytes = EventsApi.MOST_BYTES;
        long missed = news.missed();
        for (MessageCopy message : news.messages()) {
            byte[] data = MessageJson.event(message);
            if (data.length <= budgetBytes && stream.send("message", data)) {
                budgetBytes -= data.length;
            } else {
                missed++;
            }
        }
        long told = missed;
        if (told > 0) {
            stream.send("missed", Json.bytes(json -> json.writeNumberProperty("messages", told)));
        }
    }
}
