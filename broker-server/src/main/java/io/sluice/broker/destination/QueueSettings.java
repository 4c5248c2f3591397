package io.sluice.broker.destination;

import io.sluice.broker.message.BacklogBounds;

/** How much one queue may hold that is not assigned, and what happens beyond. */
public record QueueSettings(BacklogBounds bounds, OverflowPolicy policy) {}
