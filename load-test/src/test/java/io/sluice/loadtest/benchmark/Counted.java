package io.sluice.loadtest.benchmark;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reported beside the operations, which are reads or batches: how many messages per second went in, and came out. */
@AuxCounters
@State(Scope.Thread)
public class Counted {
    /** Messages published. */
    public long messages;

    /** Messages handed to subscribers: one published to a topic counts once for each. */
    public long deliveries;
}
