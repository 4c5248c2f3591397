package io.sluice.broker.admin;

import io.sluice.broker.metrics.CounterTotals;

/**
 * What a broker has counted, and what of its bounds is in use.
 *
 * @param maxConnections the bound of open connections
 * @param pinnedBytes memory kept alive by queued messages and unfinished frames
 * @param maxPinnedBytes the bound of that
 * @param pooledDirectBytes direct memory that the pool of the data path has taken, in whole chunks
 * @param pooledHeapBytes the same of the heap
 */
public record BrokerStatus(
        CounterTotals totals,
        int maxConnections,
        long pinnedBytes,
        long maxPinnedBytes,
        long pooledDirectBytes,
        long pooledHeapBytes) {}
