package io.sluice.broker.delivery;

import io.sluice.broker.destination.OverflowPolicy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The policies there are, by the names they have in the configuration. */
public final class OverflowPolicies {
    private static final Map<String, OverflowPolicy> BY_NAME = Stream.of(
                    new DropNewest(), new DropOldest(), new Latest(), new Disconnect(), new PushBack())
            .collect(Collectors.toMap(
                    OverflowPolicy::configName, Function.identity(), (first, second) -> first, LinkedHashMap::new));

    private OverflowPolicies() {}

    public static Set<String> names() {
        return BY_NAME.keySet();
    }

    /**
     * The policy of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static OverflowPolicy named(String configName) {
        OverflowPolicy policy = BY_NAME.get(configName);
        if (policy == null) {
            throw new IllegalArgumentException("no overflow policy " + configName + "; there are " + names());
        }
        return policy;
    }

    /** What topic subscribers get unless configured otherwise. */
    public static OverflowPolicy forTopics() {
        return named("drop-newest");
    }

    /** What queues get unless configured otherwise. */
    public static OverflowPolicy forQueues() {
        return named("push-back");
    }
}
