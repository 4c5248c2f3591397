package io.sluice.loadtest.benchmark;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reported beside the operations, which are reads or batches: how many messages per second were published. */
@AuxCounters
@State(Scope.Thread)
public class Counted {
    public long messages;
}
