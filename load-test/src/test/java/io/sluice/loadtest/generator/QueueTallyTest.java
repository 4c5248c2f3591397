package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QueueTallyTest {
    private static final int MARKER = 9;

    private final QueueDestination queue = new QueueDestination(MARKER, new Placement(2, 1), 0, new Window[0]);
    private final Tally first = queue.newTally(false);
    private final Tally second = queue.newTally(false);

    private static void receive(Tally tally, int publisher, long... numbers) {
        for (long number : numbers) {
            assertThat(tally.accept(Stamp.of(MARKER, publisher, number))).isTrue();
        }
    }

    @Test
    void countsWhatAnybodyGot() {
        receive(second, 0, 1, 3, 5);
        receive(first, 0, 0, 2, 4);
        receive(first, 1, 0);

        assertThat(queue.lost(new long[] {6, 1})).isZero();
        assertThat(queue.lost(new long[] {8, 2})).isEqualTo(3);
        assertThat(first.duplicated() + second.duplicated()).isZero();
        assertThat(first.reordered() + second.reordered()).isZero();
    }

    @Test
    void seesWhatCameTwiceWhereverItCame() {
        receive(first, 0, 0, 1, 1);
        receive(second, 0, 0, 2);

        assertThat(first.duplicated()).isEqualTo(1);
        assertThat(second.duplicated()).isEqualTo(1);
        assertThat(first.reordered() + second.reordered()).isZero();
        assertThat(queue.lost(new long[] {3, 0})).isZero();
    }

    @Test
    void seesWhatIsOutOfOrderAtOneSubscriber() {
        receive(first, 0, 0, 4, 2);
        receive(second, 0, 1, 3);

        assertThat(first.reordered()).isEqualTo(1);
        assertThat(second.reordered()).isZero();
        assertThat(queue.lost(new long[] {5, 0})).isZero();
    }

    @Test
    void refusesWhatIsNotForIt() {
        assertThat(first.accept(Stamp.of(MARKER + 1, 0, 0))).isFalse();
        assertThat(first.accept(Stamp.of(MARKER, 2, 0))).isFalse();
        QueueDestination other = new QueueDestination(MARKER, new Placement(2, 2), 1, new Window[0]);
        assertThat(other.newTally(false).accept(Stamp.of(MARKER, 0, 0))).isFalse();
    }
}
