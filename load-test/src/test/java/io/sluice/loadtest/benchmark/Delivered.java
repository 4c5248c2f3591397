package io.sluice.loadtest.benchmark;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reported beside the operations: how many messages per second subscribers got; one to a topic counts for each of them. */
@AuxCounters
@State(Scope.Thread)
public class Delivered {
    public long deliveries;
}
