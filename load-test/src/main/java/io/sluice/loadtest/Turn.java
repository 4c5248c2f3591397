package io.sluice.loadtest;

import io.sluice.loadtest.target.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One run among those of a row. In every round each target has its turn with each variant; every other round goes backwards,
 * so that a machine that becomes slower by and by is unfair to nobody.
 *
 * @param round from 1
 * @param number among all turns of the row, from 1
 * @param of how many turns the row has
 */
record Turn(int round, Target target, String variant, int number, int of) {
    static List<Turn> all(List<Target> targets, List<String> variants, int rounds) {
        List<Turn> turns = new ArrayList<>();
        int of = rounds * targets.size() * variants.size();
        for (int round = 1; round <= rounds; round++) {
            List<Turn> forward = new ArrayList<>();
            for (Target target : targets) {
                for (String variant : variants) {
                    forward.add(new Turn(round, target, variant, 0, of));
                }
            }
            if (round % 2 == 0) {
                Collections.reverse(forward);
            }
            for (Turn turn : forward) {
                turns.add(new Turn(round, turn.target, turn.variant, turns.size() + 1, of));
            }
        }
        return turns;
    }
}
