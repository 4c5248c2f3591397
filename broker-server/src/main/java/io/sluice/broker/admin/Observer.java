package io.sluice.broker.admin;

import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.metrics.CounterTotals;
import io.sluice.broker.metrics.DropReason;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the broker for all who ask: those who ask at the same time are shown the same picture, which is up to 100 ms old;
 * where there is very much to look at, up to ten times as old as the look took, so that however many ask, looking takes about
 * a tenth of a core. Looks by itself too, about once a second, for what goes by in a second; then more rarely, so that this
 * takes no more than a fiftieth of a core.
 */
@OwnLoop
final class Observer {
    private static final long FRESH_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SHARE_FOR_THOSE_WHO_ASK = 10;
    private static final int SHARE_OF_TIME = 50;

    private final BrokerView broker;
    private final NanoClock clock;
    private @Nullable Picture picture;
    private long pictureNs;
    private long tookNs;
    private @Nullable Sample last;
    private Rates rates = Rates.NONE;

    /** Messages a second through one destination. */
    record Rate(double in, double out) {
        static final Rate NONE = new Rate(0, 0);
    }

    /**
     * What went by in a second, lately.
     *
     * @param destinations by name; those not in it stood still
     */
    record Rates(
            double messagesIn,
            double bytesIn,
            double messagesWritten,
            double bytesWritten,
            double dropped,
            Map<String, Rate> destinations) {
        static final Rates NONE = new Rates(0, 0, 0, 0, 0, Map.of());

        Rate of(DestinationSnapshot destination) {
            return destinations.getOrDefault(destination.name(), Rate.NONE);
        }
    }

    private record Sample(long timeNs, CounterTotals totals, Map<String, DestinationSnapshot> destinations) {}

    Observer(BrokerView broker, NanoClock clock) {
        this.broker = broker;
        this.clock = clock;
    }

    /** The broker now, or as it was a moment ago. */
    Picture picture() {
        long nowNs = clock.nowNs();
        Picture known = picture;
        if (known != null && nowNs - pictureNs < Math.max(FRESH_NS, tookNs * SHARE_FOR_THOSE_WHO_ASK)) {
            return known;
        }
        Picture taken = Picture.of(broker);
        picture = taken;
        pictureNs = nowNs;
        tookNs = clock.nowNs() - nowNs;
        return taken;
    }

    /** What went by in the second before the last look. */
    Rates rates() {
        return rates;
    }

    /** Time has passed: looks, if it is time to. To be called about once a second. */
    void tick() {
        Sample before = last;
        long nowNs = clock.nowNs();
        if (before != null && nowNs - before.timeNs() < tookNs * SHARE_OF_TIME) {
            return;
        }
        picture = null;
        Picture taken = picture();
        Map<String, DestinationSnapshot> byName = new HashMap<>();
        taken.destinations().forEach(destination -> byName.put(destination.name(), destination));
        Sample sample = new Sample(nowNs, taken.status().totals(), byName);
        last = sample;
        if (before != null) {
            rates = between(before, sample);
        }
        // Nobody may have asked for it, and it may be large.
        picture = null;
    }

    private static Rates between(Sample before, Sample after) {
        double seconds = (after.timeNs() - before.timeNs()) / 1e9;
        if (seconds <= 0) {
            return Rates.NONE;
        }
        CounterTotals from = before.totals();
        CounterTotals to = after.totals();
        Map<String, Rate> destinations = new HashMap<>();
        after.destinations().forEach((name, now) -> {
            DestinationSnapshot then = before.destinations().get(name);
            // One that came into being in between has counted from zero, as has one that was forgotten and came again.
            long in = now.messagesIn() - (then == null ? 0 : then.messagesIn());
            long out = now.messagesOut() - (then == null ? 0 : then.messagesOut());
            if (in > 0 || out > 0) {
                destinations.put(name, new Rate(Math.max(0, in) / seconds, Math.max(0, out) / seconds));
            }
        });
        return new Rates(
                (to.messagesIn() - from.messagesIn()) / seconds,
                (to.bytesIn() - from.bytesIn()) / seconds,
                (to.messagesWritten() - from.messagesWritten()) / seconds,
                (to.bytesWritten() - from.bytesWritten()) / seconds,
                (dropped(to) - dropped(from)) / seconds,
                destinations);
    }

    private static long dropped(CounterTotals totals) {
        long sum = 0;
        for (DropReason reason : DropReason.values()) {
            sum += totals.dropped(reason);
        }
        return sum;
    }
}
