package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    @ParameterizedTest
    @CsvSource({"1,1", "3,1", "1,5", "3,7", "7,3", "4,4"})
    void everyDestinationHasAPublisherAndBothSidesAgreeWhich(int publishers, int destinations) {
        Placement placement = new Placement(publishers, destinations);
        int[] publishersOf = new int[destinations];
        for (int p = 0; p < publishers; p++) {
            int[] own = placement.ofPublisher(p);
            assertThat(own).isNotEmpty();
            for (int slot = 0; slot < own.length; slot++) {
                publishersOf[own[slot]]++;
                assertThat(placement.slot(own[slot])).isEqualTo(slot);
            }
            for (int d = 0; d < destinations; d++) {
                int destination = d;
                assertThat(placement.publishes(p, d)).isEqualTo(contains(own, destination));
            }
        }
        assertThat(publishersOf).doesNotContain(0);
    }

    private static boolean contains(int[] own, int destination) {
        for (int each : own) {
            if (each == destination) {
                return true;
            }
        }
        return false;
    }
}
