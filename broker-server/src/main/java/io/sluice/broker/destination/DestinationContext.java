package io.sluice.broker.destination;

import io.sluice.broker.base.NanoClock;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** What every destination of a broker shares. */
record DestinationContext(
        NanoClock clock,
        BrokerCounters counters,
        PageStore pages,
        PushBackLog pushBackLog,
        LongSupplier forgetAfterNs,
        Consumer<Destination> whenForgotten) {}
