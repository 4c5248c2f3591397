package io.sluice.broker.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {

    @Test
    void consecutiveNumbersBeginWithTheFirst() {
        assertSame(
                Arrivals.consecutive(41, 3),
                LongStream.rangeClosed(41, 43).boxed().toList());
        assertSame(Arrivals.consecutive(0, 1), List.of(0L));
    }

    @Test
    void behavesLikeAPlainListWhateverIsAppended() {
        Seed.check(3_000, random -> {
            Arrivals arrivals = new Arrivals();
            List<Long> plain = new ArrayList<>();
            appendRandom(arrivals, plain, random, random.nextInt(100));
            assertSame(arrivals, plain);
        });
    }

    @Test
    void aCopyWithoutTheFirstNumbersHasTheOthers() {
        Seed.check(2_000, random -> {
            Arrivals arrivals = new Arrivals();
            List<Long> plain = new ArrayList<>();
            appendRandom(arrivals, plain, random, 0);
            int skipped = random.nextInt(plain.size());
            Arrivals rest = arrivals.from(skipped);
            assertSame(rest, plain.subList(skipped, plain.size()));
            // The copy goes its own way.
            rest.append(rest.last() + 1 + random.nextInt(3));
            assertSame(arrivals, plain);
        });
    }

    @Test
    void joinsLikeAPlainListWhateverComesLater() {
        Seed.check(3_000, random -> {
            Arrivals joined = new Arrivals();
            List<Long> plain = new ArrayList<>();
            int parts = 1 + random.nextInt(6);
            for (int i = 0; i < parts; i++) {
                Arrivals part = new Arrivals();
                List<Long> plainPart = new ArrayList<>();
                long from = plain.isEmpty() ? 0 : plain.get(plain.size() - 1) + 1 + random.nextInt(4);
                appendRandom(part, plainPart, random, from);
                if (random.nextBoolean()) {
                    int skipped = random.nextInt(plainPart.size());
                    part = part.from(skipped);
                    plainPart = plainPart.subList(skipped, plainPart.size());
                }
                joined.appendAll(part);
                plain.addAll(plainPart);
                assertSame(part, plainPart);
            }
            joined.append(joined.last() + 3);
            plain.add(plain.get(plain.size() - 1) + 3);
            assertSame(joined, plain);
        });
    }

    @Test
    void takesNumbersBeyondTheRangeOfAnInt() {
        Arrivals arrivals = Arrivals.consecutive(Integer.MAX_VALUE - 1L, 4);
        arrivals.append(1L << 40);
        assertSame(
                arrivals,
                List.of(
                        Integer.MAX_VALUE - 1L,
                        (long) Integer.MAX_VALUE,
                        Integer.MAX_VALUE + 1L,
                        Integer.MAX_VALUE + 2L,
                        1L << 40));
    }

    /** Stretches of equal distance, as regular turns leave them, and leaps. */
    private static void appendRandom(Arrivals arrivals, List<Long> plain, Random random, long first) {
        long number = first;
        int stretches = 1 + random.nextInt(8);
        for (int i = 0; i < stretches; i++) {
            int distance = 1 + random.nextInt(4);
            int count = 1 + random.nextInt(random.nextBoolean() ? 3 : 30);
            for (int k = 0; k < count; k++) {
                arrivals.append(number);
                plain.add(number);
                number += distance;
            }
            number += random.nextInt(5);
        }
    }

    private static void assertSame(Arrivals arrivals, List<Long> plain) {
        for (int i = 0; i < plain.size(); i++) {
            assertThat(arrivals.get(i)).as("number %d of %s", i, plain).isEqualTo(plain.get(i));
        }
        assertThat(arrivals.first()).isEqualTo(plain.get(0));
        assertThat(arrivals.last()).isEqualTo(plain.get(plain.size() - 1));
    }
}
