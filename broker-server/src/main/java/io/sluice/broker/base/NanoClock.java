package io.sluice.broker.base;

/** A monotonic clock in nanoseconds; readings are compared by subtraction only. */
@FunctionalInterface
public interface NanoClock {
    /** The clock of this machine. */
    NanoClock SYSTEM = System::nanoTime;

    long nowNs();
}
