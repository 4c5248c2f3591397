package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StampTest {
    @Test
    void holdsMarkerPublisherAndNumber() {
        long number = (1L << 42) - 1;
        long stamp = Stamp.of(Stamp.MAX_MARKER, Stamp.MAX_PUBLISHERS - 1, number);

        assertThat(Stamp.marker(stamp)).isEqualTo(Stamp.MAX_MARKER);
        assertThat(Stamp.publisher(stamp)).isEqualTo(Stamp.MAX_PUBLISHERS - 1);
        assertThat(Stamp.number(stamp)).isEqualTo(number);
    }

    @Test
    void theNextNumberIsTheNextStamp() {
        assertThat(Stamp.of(7, 3, 41) + 1).isEqualTo(Stamp.of(7, 3, 42));
    }
}
