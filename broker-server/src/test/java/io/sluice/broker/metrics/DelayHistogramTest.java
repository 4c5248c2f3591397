package io.sluice.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DelayHistogramTest {
    private final DelayHistogram histogram = new DelayHistogram();

    @Test
    void eachDelayIsInTheBucketWhoseBoundItDoesNotExceed() {
        for (int bucket = 0; bucket < DelaySnapshot.UPPER_BOUNDS_SECONDS.size(); bucket++) {
            long boundNs = Math.round(DelaySnapshot.UPPER_BOUNDS_SECONDS.get(bucket) * 1e9);
            histogram.record(boundNs, 1);
            histogram.record(boundNs + 1, 10);
        }
        DelaySnapshot snapshot = histogram.snapshot();
        assertThat(snapshot.buckets()).isEqualTo(13);
        assertThat(snapshot.count(0)).isEqualTo(1);
        for (int bucket = 1; bucket < 12; bucket++) {
            assertThat(snapshot.count(bucket)).as("bucket %d", bucket).isEqualTo(11);
        }
        assertThat(snapshot.count(12)).isEqualTo(10);
        assertThat(snapshot.count()).isEqualTo(12 * 11);
    }

    @Test
    void aDelayOfManyWeighsAsMuchAsManyDelays() {
        histogram.record(TimeUnit.MILLISECONDS.toNanos(2), 500);
        DelaySnapshot snapshot = histogram.snapshot();
        assertThat(snapshot.count(3)).isEqualTo(500);
        assertThat(snapshot.sumSeconds()).isCloseTo(1.0, within(1e-9));
    }

    @Test
    void lessThanNothingCountsAsNothing() {
        histogram.record(-5, 3);
        assertThat(histogram.snapshot().count(0)).isEqualTo(3);
        assertThat(histogram.snapshot().sumSeconds()).isZero();
    }

    @Test
    void theSumOutlastsTheRangeOfNanoseconds() {
        for (int i = 0; i < 1000; i++) {
            histogram.record(TimeUnit.SECONDS.toNanos(60), 1_000_000_000);
        }
        assertThat(histogram.snapshot().sumSeconds()).isCloseTo(60e12, within(1.0));
    }

    @Test
    void anotherIsAddedWhole() {
        DelayHistogram other = new DelayHistogram();
        histogram.record(1_000, 2);
        other.record(1_000, 3);
        other.record(TimeUnit.MINUTES.toNanos(1), 4);
        histogram.addAll(other);
        assertThat(histogram.snapshot().count(0)).isEqualTo(5);
        assertThat(histogram.snapshot().count(12)).isEqualTo(4);
        assertThat(histogram.snapshot().sumSeconds()).isCloseTo(240 + 5e-6, within(1e-9));
    }

    @Test
    void quantilesLieWithinTheirBucket() {
        assertThat(DelaySnapshot.EMPTY.quantileMs(0.99)).isZero();
        histogram.record(TimeUnit.MICROSECONDS.toNanos(50), 90);
        histogram.record(TimeUnit.MILLISECONDS.toNanos(2), 9);
        histogram.record(TimeUnit.MINUTES.toNanos(1), 1);
        DelaySnapshot snapshot = histogram.snapshot();
        assertThat(snapshot.quantileMs(0.45)).isCloseTo(0.05, within(1e-9));
        assertThat(snapshot.quantileMs(0.9)).isCloseTo(0.1, within(1e-9));
        assertThat(snapshot.quantileMs(0.99)).isCloseTo(3, within(1e-9));
        assertThat(snapshot.quantileMs(1)).isEqualTo(30_000);
    }
}
