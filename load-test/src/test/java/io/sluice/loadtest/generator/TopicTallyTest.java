package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopicTallyTest {
    private static final int MARKER = 9;

    private final TopicTally tally = new TopicTally(MARKER, new Placement(2, 1), 0);

    private void receive(int publisher, long... numbers) {
        for (long number : numbers) {
            assertThat(tally.accept(Stamp.of(MARKER, publisher, number))).isTrue();
        }
    }

    private void assertCounts(long missing, long duplicated, long reordered) {
        assertThat(tally.missing(0, 10)).isEqualTo(missing);
        assertThat(tally.duplicated()).isEqualTo(duplicated);
        assertThat(tally.reordered()).isEqualTo(reordered);
    }

    @Test
    void findsNothingWrongWithWhatIsInOrder() {
        receive(0, 0, 1, 2);
        receive(1, 0, 1);
        receive(0, 3, 4, 5, 6, 7, 8, 9);

        assertCounts(0, 0, 0);
        assertThat(tally.missing(1, 2)).isZero();
    }

    @Test
    void missesWhatIsInTheMiddleAndAtTheEnd() {
        receive(0, 0, 1, 5, 6);

        assertCounts(6, 0, 0);
        assertThat(tally.reached(0)).isEqualTo(7);
        assertThat(tally.missing(1, 4)).isEqualTo(4);
    }

    @Test
    void missesNothingOfWhatComesLate() {
        receive(0, 0, 1, 3, 2, 4, 8, 5, 6, 7, 9);

        assertCounts(0, 0, 4);
    }

    @Test
    void seesWhatComesTwice() {
        receive(0, 0, 1, 1, 2, 3, 0, 4, 5, 6, 7, 8, 9, 9);

        assertCounts(0, 3, 0);
    }

    @Test
    void seesWhatComesLateAndThenAgain() {
        receive(0, 0, 2, 1, 1, 3, 4, 5, 6, 7, 8, 9);

        assertCounts(0, 1, 1);
    }

    @Test
    void missesTheFirst() {
        receive(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

        assertCounts(1, 0, 0);
    }

    @Test
    void refusesWhatIsNotForIt() {
        assertThat(tally.accept(Stamp.of(MARKER + 1, 0, 0))).isFalse();
        assertThat(tally.accept(Stamp.of(MARKER, 2, 0))).isFalse();
        assertThat(tally.accept(Stamp.of(MARKER, Stamp.PROBE, 0))).isFalse();
        assertThat(tally.accept(0)).isFalse();
        TopicTally other = new TopicTally(MARKER, new Placement(2, 2), 1);
        assertThat(other.accept(Stamp.of(MARKER, 0, 0))).isFalse();
        assertThat(other.accept(Stamp.of(MARKER, 1, 0))).isTrue();
    }
}
