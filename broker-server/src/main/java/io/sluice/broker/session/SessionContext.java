package io.sluice.broker.session;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.config.TransportConfig;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.metrics.BrokerCounters;

/**
 * What all sessions of a broker share.
 *
 * @param drainTimeoutMs how long a client that said goodbye is sent what is held for it
 */
public record SessionContext(
        DestinationRegistry destinations,
        DeliveryRules rules,
        PinnedMemory memory,
        MemoryPushBack memoryPushBack,
        BrokerCounters counters,
        Sessions sessions,
        ByteBufAllocator allocator,
        TransportConfig transport,
        long drainTimeoutMs,
        NanoClock clock) {}
