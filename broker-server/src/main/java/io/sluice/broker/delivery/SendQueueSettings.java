package io.sluice.broker.delivery;

import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.BacklogBounds;
import java.util.concurrent.TimeUnit;

/**
 * How one send queue behaves.
 *
 * @param maxAgeMs what waited longer is dropped; 0 = no bound
 * @param pushBackTimeoutMs after how long a topic subscriber that holds its publishers up is closed
 * @param stallTimeoutMs after how long a queue subscriber that takes nothing loses its turn
 */
public record SendQueueSettings(
        BacklogBounds bounds, OverflowPolicy policy, long maxAgeMs, long pushBackTimeoutMs, long stallTimeoutMs) {

    /** Small batches are only put together when their arrivals lie within this time: each must expire by itself. */
    long mergeSpanNs() {
        return maxAgeMs > 0 ? TimeUnit.MILLISECONDS.toNanos(maxAgeMs) / 10 : Long.MAX_VALUE;
    }
}
