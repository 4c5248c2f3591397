package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.metrics.DelaySnapshot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DestinationsTest {
    private static final List<DestinationSnapshot> ALL =
            List.of(destination("a", 1, 9, 0), destination("b", 3, 0, 5), destination("c", 2, 40, 0));

    @ParameterizedTest
    @CsvSource({"BACKLOG, bca", "AGE, cab", "NAME, abc", "RATE, cab", "DROPS, bac"})
    void theOrderIsWhatWasAskedForAndThenByName(Destinations.Sort sort, String names) {
        Observer.Rates rates = new Observer.Rates(0, 0, 0, 0, 0, Map.of("c", new Observer.Rate(0, 7)));

        assertThat(Destinations.sorted(ALL, sort, rates))
                .extracting(DestinationSnapshot::name)
                .containsExactly(names.split(""));
    }

    private static DestinationSnapshot destination(String name, long heldBytes, long oldestAgeMs, long dropped) {
        return new DestinationSnapshot(
                name,
                DestinationKind.QUEUE,
                0,
                0,
                0,
                0,
                0,
                1,
                heldBytes,
                oldestAgeMs,
                0,
                0,
                0,
                0,
                dropped,
                0,
                DelaySnapshot.EMPTY);
    }
}
