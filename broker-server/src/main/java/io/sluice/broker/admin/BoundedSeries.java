package io.sluice.broker.admin;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.metrics.DelaySnapshot;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Destinations and subscribers one by one, but only so many: those with the largest backlog, and of those without one first
 * who was told of before. What gauges can be summed of the rest stands under the name {@value #REST}. Counters and histograms
 * are not summed: who comes among the rest and goes again would make such a sum fall, and a counter that falls has been
 * started anew.
 *
 * <p>These are no meters of a registry, which are there to stay, but what a collector finds at each scrape.
 */
@OwnLoop
final class BoundedSeries implements MultiCollector {
    static final String REST = "_other";

    private static final double MS = 1e-3;

    private int max;
    private Set<String> shownDestinations = Set.of();
    private Set<String> shownSubscribers = Set.of();
    private @Nullable Part<DestinationSnapshot> destinations;
    private @Nullable Part<SubscriberSnapshot> subscribers;

    /** Those told of one by one, and those that are not. */
    private record Part<T>(List<T> shown, List<T> rest) {}

    /** @param max how many destinations and how many subscribers, each */
    BoundedSeries(int max) {
        this.max = max;
    }

    /** Changes how many there may be. */
    void setMax(int most) {
        max = most;
    }

    /** From now on this is collected. */
    void show(Picture picture) {
        Part<DestinationSnapshot> chosen = choose(
                picture.destinations(),
                Comparator.comparingLong(DestinationSnapshot::heldBytes)
                        .thenComparing(each -> shownDestinations.contains(each.name()))
                        .thenComparingLong(DestinationSnapshot::messagesIn)
                        .reversed()
                        .thenComparing(DestinationSnapshot::name));
        destinations = chosen;
        shownDestinations =
                chosen.shown().stream().map(DestinationSnapshot::name).collect(Collectors.toSet());
        Part<SubscriberSnapshot> chosenSubscribers = choose(
                picture.subscribers(),
                Comparator.comparingLong(SubscriberSnapshot::heldBytes)
                        .thenComparing(each -> shownSubscribers.contains(each.id()))
                        .thenComparingLong(SubscriberSnapshot::messagesWritten)
                        .reversed()
                        .thenComparing(SubscriberSnapshot::id));
        subscribers = chosenSubscribers;
        shownSubscribers =
                chosenSubscribers.shown().stream().map(SubscriberSnapshot::id).collect(Collectors.toSet());
    }

    private <T> Part<T> choose(List<T> all, Comparator<T> first) {
        List<T> sorted = all.stream().sorted(first).toList();
        int shown = Math.min(max, sorted.size());
        return new Part<>(sorted.subList(0, shown), sorted.subList(shown, sorted.size()));
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        Part<DestinationSnapshot> someDestinations = destinations;
        if (someDestinations != null) {
            addDestinations(all, new Family<>(all, someDestinations, BoundedSeries::labels, restOfDestinations()));
        }
        Part<SubscriberSnapshot> someSubscribers = subscribers;
        if (someSubscribers != null) {
            addSubscribers(new Family<>(all, someSubscribers, BoundedSeries::labels, restOfSubscribers()));
        }
        return all.build();
    }

    private static void addDestinations(MetricSnapshots.Builder all, Family<DestinationSnapshot> family) {
        family.sum(
                "sluice_destination_messages",
                "Messages that wait, or are queued for subscribers.",
                DestinationSnapshot::heldMessages);
        family.sum(
                "sluice_destination_bytes",
                "The memory these keep alive; what subscribers of a topic share counts for each.",
                DestinationSnapshot::heldBytes);
        family.most(
                "sluice_destination_oldest_age_seconds",
                "How long ago the oldest of these arrived.",
                each -> each.oldestAgeMs() * MS);
        family.sum("sluice_destination_subscribers", "Subscribers.", DestinationSnapshot::subscribers);
        family.sum(
                "sluice_destination_waiting_publishers",
                "Publishers that are not read because of it.",
                DestinationSnapshot::waitingPublishers);
        family.counter("sluice_destination_messages_received", "Messages published.", DestinationSnapshot::messagesIn);
        family.counter("sluice_destination_received_bytes", "Payload published.", DestinationSnapshot::bytesIn);
        family.counter(
                "sluice_destination_messages_written",
                "Messages handed to its subscribers' sockets.",
                DestinationSnapshot::messagesOut);
        family.counter(
                "sluice_destination_written_bytes",
                "Payload handed to its subscribers' sockets.",
                DestinationSnapshot::bytesOut);
        family.counter(
                "sluice_destination_messages_dropped",
                "Messages dropped, for whatever reason.",
                DestinationSnapshot::droppedMessages);
        all.metricSnapshot(timeInQueue(family.part().shown()));
    }

    private static void addSubscribers(Family<SubscriberSnapshot> family) {
        family.sum("sluice_subscriber_messages", "Messages queued for it.", SubscriberSnapshot::heldMessages);
        family.sum("sluice_subscriber_bytes", "The memory these keep alive.", SubscriberSnapshot::heldBytes);
        family.most(
                "sluice_subscriber_oldest_age_seconds",
                "How long ago the oldest of these arrived.",
                each -> each.oldestAgeMs() * MS);
        family.sum("sluice_subscriber_slow", "1 while it does not keep up.", each -> each.slow() ? 1 : 0);
        family.sum(
                "sluice_subscriber_waiting_publishers",
                "Publishers that are not read because of it, or because of its queue.",
                SubscriberSnapshot::waitingPublishers);
        family.counter(
                "sluice_subscriber_messages_written",
                "Messages handed to its socket.",
                SubscriberSnapshot::messagesWritten);
        family.counter("sluice_subscriber_messages_dropped", "Messages it missed.", SubscriberSnapshot::dropped);
    }

    private static Labels labels(DestinationSnapshot destination) {
        return Labels.of(
                "destination",
                destination.name(),
                "kind",
                destination.kind().name().toLowerCase(Locale.ROOT));
    }

    private static Labels restOfDestinations() {
        return Labels.of("destination", REST, "kind", REST);
    }

    private static Labels labels(SubscriberSnapshot subscriber) {
        return Labels.of(
                "connection",
                subscriber.id(),
                "destination",
                subscriber.destination(),
                "remote_address",
                subscriber.remoteAddress());
    }

    private static Labels restOfSubscribers() {
        return Labels.of("connection", REST, "destination", REST, "remote_address", REST);
    }

    private static HistogramSnapshot timeInQueue(List<DestinationSnapshot> shown) {
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder()
                .name("sluice_destination_time_in_queue_seconds")
                .help("How long messages waited, from their arrival to being handed to a socket.");
        for (DestinationSnapshot destination : shown) {
            histogram.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(labels(destination))
                    .classicHistogramBuckets(buckets(destination.timeInQueue()))
                    .sum(destination.timeInQueue().sumSeconds())
                    .build());
        }
        return histogram.build();
    }

    private static ClassicHistogramBuckets buckets(DelaySnapshot delays) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int bucket = 0; bucket < delays.buckets(); bucket++) {
            double bound = bucket < DelaySnapshot.UPPER_BOUNDS_SECONDS.size()
                    ? DelaySnapshot.UPPER_BOUNDS_SECONDS.get(bucket)
                    : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, delays.count(bucket));
        }
        return buckets.build();
    }

    /** Makes metrics of numbers that each of a part has. */
    private record Family<T>(MetricSnapshots.Builder all, Part<T> part, Function<T, Labels> labels, Labels restLabels) {

        /** A gauge that can be summed. */
        void sum(String name, String help, ToDoubleFunction<T> number) {
            gauge(name, help, number, part.rest().stream().mapToDouble(number).sum());
        }

        /** A gauge of which the most of the rest is told. */
        void most(String name, String help, ToDoubleFunction<T> number) {
            gauge(
                    name,
                    help,
                    number,
                    part.rest().stream().mapToDouble(number).max().orElse(0));
        }

        private void gauge(String name, String help, ToDoubleFunction<T> number, double ofRest) {
            GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
            for (T each : part.shown()) {
                gauge.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels.apply(each))
                        .value(number.applyAsDouble(each))
                        .build());
            }
            if (!part.rest().isEmpty()) {
                gauge.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(restLabels)
                        .value(ofRest)
                        .build());
            }
            all.metricSnapshot(gauge.build());
        }

        /** A counter; its name as written ends in {@code _total}. */
        void counter(String name, String help, ToDoubleFunction<T> number) {
            CounterSnapshot.Builder counter =
                    CounterSnapshot.builder().name(name).help(help);
            for (T each : part.shown()) {
                counter.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(labels.apply(each))
                        .value(number.applyAsDouble(each))
                        .build());
            }
            all.metricSnapshot(counter.build());
        }
    }
}
