package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.target.Target;
import io.sluice.loadtest.wire.WireFormats;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnTest {
    private static final List<Target> TWO = List.of(target("a"), target("b"));

    @Test
    void everyOtherRoundGoesBackwards() {
        assertThat(Turn.all(TWO, List.of("x", "y"), 3))
                .extracting(turn -> turn.round() + turn.target().name() + turn.variant())
                .containsExactly("1ax", "1ay", "1bx", "1by", "2by", "2bx", "2ay", "2ax", "3ax", "3ay", "3bx", "3by");
    }

    @Test
    void turnsAreNumberedAcrossRounds() {
        List<Turn> turns = Turn.all(TWO, Bench.NO_VARIANTS, 2);

        assertThat(turns).extracting(Turn::number).containsExactly(1, 2, 3, 4);
        assertThat(turns).extracting(Turn::of).containsOnly(4);
    }

    static Target target(String name) {
        return new Target(name, WireFormats.of("native"), new InetSocketAddress("127.0.0.1", 1), null);
    }
}
