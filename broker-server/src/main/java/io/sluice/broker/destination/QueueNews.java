package io.sluice.broker.destination;

import io.sluice.broker.message.MessageCopy;
import java.util.List;

/**
 * What came to a queue since a viewer last looked.
 *
 * @param messages the newest that still wait and were never assigned to a subscriber, oldest first
 * @param missed how many came besides: they were taken or dropped meanwhile, or are too many
 * @param arrivals how many have come altogether; to be given at the next look
 */
public record QueueNews(List<MessageCopy> messages, long missed, long arrivals) {
    /** To be given at the first look, at which nothing is missed. */
    public static final long FIRST_LOOK = -1;

    public QueueNews {
        messages = List.copyOf(messages);
    }
}
