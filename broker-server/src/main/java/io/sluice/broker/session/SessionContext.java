package io.sluice.broker.session;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.delivery.SlowLines;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.metrics.BrokerCounters;

/** What all sessions of a broker share. */
public record SessionContext(
        DestinationRegistry destinations,
        LiveSettings settings,
        PinnedMemory memory,
        MemoryPushBack memoryPushBack,
        BrokerCounters counters,
        Sessions sessions,
        SlowLines slowLines,
        ByteBufAllocator allocator,
        NanoClock clock) {}
