package io.sluice.broker.config;

/**
 * What happens at the bounds of the destinations whose names a pattern matches, and which bounds they have.
 *
 * @param pattern see {@link DestinationPattern}
 * @param policy the name of an overflow policy, or empty for the default of the destination's kind. Here it is text: the
 *     registry of policies knows which exist
 * @param maxBytes cost, up to 1024 GiB, not less than the largest frame; 0 inherits
 * @param maxMessages messages, 1 to 10^12; 0 inherits
 * @param maxAgeMs how long a message may wait, 1 ms to 8760 h; 0 inherits
 */
public record OverflowRule(String pattern, String policy, long maxBytes, long maxMessages, long maxAgeMs) {
    public OverflowRule {
        OverflowRules.PATTERN.check(pattern);
        OverflowRules.POLICY.check(policy);
        OverflowRules.MAX_BYTES.check(maxBytes);
        OverflowRules.MAX_MESSAGES.check(maxMessages);
        OverflowRules.MAX_AGE.check(maxAgeMs);
        if (policy.equals("disconnect") && DestinationPattern.parse(pattern).matchesOnlyQueues()) {
            throw OverflowRules.POLICY.refusal(
                    "disconnect: a queue has no subscriber to close: use push-back, drop-newest, drop-oldest or latest");
        }
    }
}
