package io.sluice.broker.destination;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says who has been waiting for whom, once per push-back that lasts longer than ten seconds. */
final class PushBackLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.push-back");
    private static final int NAMED = 3;

    void longPushBack(Destination destination, List<Publisher> publishers, List<String> notReading) {
        if (publishers.isEmpty()) {
            return;
        }
        List<String> waiting = publishers.stream().map(Publisher::describe).toList();
        LOG.warn(
                "{} to {} has been pushed back for more than 10 s; {}",
                some(waiting),
                destination,
                notReading.isEmpty()
                        ? "it has no subscriber: start one, purge it, or give it another overflow policy"
                        : "not reading: " + some(notReading) + "; make them read faster, add subscribers, or choose"
                                + " another overflow policy");
    }

    private static String some(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
        return names.size() > NAMED ? first + " and " + (names.size() - NAMED) + " more" : first;
    }
}
