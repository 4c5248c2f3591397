package io.sluice.loadtest;

import io.sluice.loadtest.generator.Load;
import io.sluice.loadtest.generator.Sizes;
import io.sluice.loadtest.generator.SlowReader;
import io.sluice.loadtest.report.Figures;
import io.sluice.loadtest.target.Target;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a row of the report measures, whatever the target.
 *
 * @param scenario "throughput"
 * @param rate messages a second over all publishers; 0 = as fast as the window allows
 * @param window messages of each publisher on their way; 0 = none
 */
record Setting(
        String scenario,
        boolean queue,
        int destinations,
        int publishers,
        int subscribers,
        Sizes sizes,
        double rate,
        int window,
        Duration warmUp,
        Duration duration) {
    /** For what is on its way at the end; only what never comes takes it all. */
    private static final Duration DRAIN = Duration.ofSeconds(2);

    /** "topic 1→10, 128 B". */
    String title() {
        StringBuilder title = new StringBuilder(queue ? "queue " : "topic ")
                .append(publishers)
                .append('→')
                .append(subscribers)
                .append(", ")
                .append(sizes);
        if (destinations > 1) {
            title.append(", ").append(Figures.count(destinations)).append(" destinations");
        }
        if (rate > 0) {
            title.append(", ").append(Figures.count(Math.round(rate))).append(" msg/s");
        } else if (window == 0) {
            title.append(", flood");
        }
        return title.toString();
    }

    /** What was asked for, in the order to show. */
    Map<String, String> asMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("publishers", Integer.toString(publishers));
        map.put("subscribers", Integer.toString(subscribers));
        map.put("destinations", Integer.toString(destinations));
        map.put("size", sizes.toString());
        map.put("rate", rate > 0 ? Figures.count(Math.round(rate)) + " msg/s" : "as fast as possible");
        if (rate == 0) {
            map.put("window", window == 0 ? "none" : Figures.count(window));
        }
        map.put("warm-up", Span.text(warmUp));
        map.put("duration", Span.text(duration));
        return map;
    }

    /** Whether what is lost is expected: publishers that do not wait overrun what is bounded. */
    boolean mayLose() {
        return window == 0 && rate == 0;
    }

    Load load(Target target, String name, List<SlowReader> slow) {
        return new Load(
                target.wire(),
                target.address(),
                queue,
                destinations,
                name,
                publishers,
                subscribers,
                slow,
                sizes,
                rate,
                window,
                warmUp,
                duration,
                DRAIN);
    }
}
