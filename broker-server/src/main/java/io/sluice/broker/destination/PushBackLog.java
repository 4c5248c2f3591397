package io.sluice.broker.destination;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says who has been waiting for whom, once per push-back that lasts longer than ten seconds. */
final class PushBackLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.push-back");
    private static final int NAMED = 3;

    /** @param subscribers those the publishers wait for */
    void longPushBack(Destination destination, List<Publisher> publishers, List<Subscriber> subscribers, long nowNs) {
        if (publishers.isEmpty()) {
            return;
        }
        LOG.warn(
                "{} to {} has been pushed back for more than 10 s; {}",
                some(publishers.stream().map(Publisher::describe).toList()),
                destination,
                because(subscribers, nowNs));
    }

    private static String because(List<Subscriber> subscribers, long nowNs) {
        if (subscribers.isEmpty()) {
            return "it has no subscriber: start one, or give it another overflow policy";
        }
        List<String> notReading = subscribers.stream()
                .filter(subscriber -> subscriber.hasStalled(nowNs))
                .map(Subscriber::describe)
                .toList();
        return notReading.isEmpty()
                ? "all " + subscribers.size() + " subscribers read, but not as fast as is published: add subscribers or"
                        + " publish less"
                : "not reading: " + some(notReading) + "; make them read, or choose another overflow policy";
    }

    private static String some(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
        return names.size() > NAMED ? first + " and " + (names.size() - NAMED) + " more" : first;
    }
}
