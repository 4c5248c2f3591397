package io.sluice.broker.admin;

import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.delivery.Watch;
import io.sluice.broker.message.MessageCopy;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tells one viewer what comes to a topic: at most {@link EventsApi#MOST_BYTES} a second; of the rest, once a second, how
 * many messages it was.
 */
@OwnLoop
final class WatchStream {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Watch watch;
    private long budgetBytes = EventsApi.MOST_BYTES;
    private long secondBeganNs = System.nanoTime();
    private long unsent;
    private long missedTold;

    WatchStream(Watch watch) {
        this.watch = watch;
    }

    /** Sends what has come, as long as it fits. */
    void look(EventStream stream) {
        long nowNs = System.nanoTime();
        if (nowNs - secondBeganNs >= SECOND_NS) {
            secondBeganNs = nowNs;
            budgetBytes = EventsApi.MOST_BYTES;
            tellMissed(stream);
        }
        while (budgetBytes > 0) {
            List<MessageCopy> messages = watch.poll(1);
            if (messages.isEmpty()) {
                return;
            }
            byte[] data = MessageJson.event(messages.get(0));
            if (data.length <= budgetBytes && stream.send("message", data)) {
                budgetBytes -= data.length;
            } else {
                unsent++;
                budgetBytes = 0;
            }
        }
        watch.skip();
    }

    private void tellMissed(EventStream stream) {
        long missed = watch.missedMessages() + unsent - missedTold;
        if (missed > 0 && stream.send("missed", Json.bytes(json -> json.writeNumberProperty("messages", missed)))) {
            missedTold += missed;
        }
    }
}
