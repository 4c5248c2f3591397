package io.sluice.broker.config;

import io.sluice.broker.base.ByteSize;
import io.sluice.broker.base.Shown;
import java.util.ArrayList;
import java.util.List;

/** What is checked between settings that are each fine alone. */
final class CrossChecks {
    /** The length before each frame: a bound must hold the largest frame as it goes out. */
    static final int LENGTH_BYTES = 4;

    private final long largestFrameBytes;
    private final List<Problem> problems = new ArrayList<>();

    CrossChecks(NativeConfig nativeWire) {
        largestFrameBytes = (long) nativeWire.maxFrameBytes() + LENGTH_BYTES;
    }

    /** A bound must hold the largest frame; 0, which inherits or derives it, is not looked at. */
    void bound(ConfigKey<Long> key, long bytes) {
        if (isTooSmall(bytes)) {
            problems.add(Problem.between(key.name(), ConfigKeys.MAX_FRAME.name(), tooSmall(bytes)));
        }
    }

    /** No rule may be covered by one before it, and every bound must hold the largest frame. */
    void rules(List<OverflowRule> rules) {
        ConfigKeys.OVERFLOW.check(rules);
        List<DestinationPattern> patterns = rules.stream()
                .map(rule -> DestinationPattern.parse(rule.pattern()))
                .toList();
        for (int i = 0; i < rules.size(); i++) {
            long bytes = rules.get(i).maxBytes();
            if (isTooSmall(bytes)) {
                problems.add(new Problem(
                        ConfigKeys.OVERFLOW_NAME,
                        i + 1,
                        OverflowRules.MAX_BYTES.name(),
                        ConfigKeys.MAX_FRAME.name(),
                        tooSmall(bytes)));
            }
            checkCanMatch(patterns, i);
        }
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw ConfigException.of(problems);
        }
    }

    private void checkCanMatch(List<DestinationPattern> patterns, int late) {
        for (int early = 0; early < late; early++) {
            if (patterns.get(early).covers(patterns.get(late))) {
                String text = Shown.text(patterns.get(late).toString()) + ": can never match: rule " + (early + 1)
                        + " (" + Shown.text(patterns.get(early).toString())
                        + ") comes before it and covers it; move it before that rule or remove it";
                problems.add(Problem.inRule(late + 1, OverflowRules.PATTERN.name(), text));
                return;
            }
        }
    }

    private boolean isTooSmall(long bytes) {
        return bytes != 0 && bytes < largestFrameBytes;
    }

    private String tooSmall(long bytes) {
        return ByteSize.print(bytes) + ": smaller than the largest frame; must be at least "
                + ByteSize.print(largestFrameBytes) + " (" + ConfigKeys.MAX_FRAME.name() + " + " + LENGTH_BYTES
                + "), or lower " + ConfigKeys.MAX_FRAME.name();
    }
}
