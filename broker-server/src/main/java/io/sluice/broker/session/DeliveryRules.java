package io.sluice.broker.session;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.config.DestinationPattern;
import io.sluice.broker.config.OverflowRule;
import io.sluice.broker.config.QueueConfig;
import io.sluice.broker.config.SendQueueConfig;
import io.sluice.broker.delivery.OverflowPolicies;
import io.sluice.broker.delivery.SendQueueSettings;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.destination.QueueSettings;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.message.DestinationName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which bounds and which overflow policy apply to a destination: the first rule that matches, then the defaults. */
@AnyThread
public final class DeliveryRules {
    private final SendQueueConfig sendQueue;
    private final QueueConfig queues;
    private final List<Rule> rules;

    private record Rule(DestinationPattern pattern, OverflowRule rule) {}

    public DeliveryRules(SendQueueConfig sendQueue, QueueConfig queues, List<OverflowRule> overflow) {
        this.sendQueue = sendQueue;
        this.queues = queues;
        this.rules = overflow.stream()
                .map(rule -> new Rule(DestinationPattern.parse(rule.pattern()), rule))
                .toList();
    }

    /** For a new queue. */
    public QueueSettings forQueue(DestinationName name) {
        OverflowRule rule = ruleFor(name);
        OverflowPolicy policy = policyOf(rule, OverflowPolicies.forQueues());
        return new QueueSettings(
                new BacklogBounds(
                        first(rule == null ? 0 : rule.maxBytes(), queues.maxBytes()),
                        first(rule == null ? 0 : rule.maxMessages(), queues.maxMessages())),
                // There is no subscriber to close when a queue is full; a rule for queues alone is refused at start.
                policy.closesInsteadOfDropping() ? OverflowPolicies.forQueues() : policy);
    }

    /** For a new subscriber: of a queue its window, of a topic its bounds. */
    public SendQueueSettings forSubscriber(DestinationName name) {
        if (name.kind() == DestinationKind.QUEUE) {
            return settings(
                    new BacklogBounds(queues.windowBytes(), queues.windowMessages()), OverflowPolicies.forQueues(), 0);
        }
        OverflowRule rule = ruleFor(name);
        BacklogBounds bounds = new BacklogBounds(
                first(rule == null ? 0 : rule.maxBytes(), sendQueue.maxBytes()),
                first(rule == null ? 0 : rule.maxMessages(), first(sendQueue.maxMessages(), Long.MAX_VALUE)));
        return settings(
                bounds,
                policyOf(rule, OverflowPolicies.forTopics()),
                first(rule == null ? 0 : rule.maxAgeMs(), sendQueue.maxAgeMs()));
    }

    private SendQueueSettings settings(BacklogBounds bounds, OverflowPolicy policy, long maxAgeMs) {
        return new SendQueueSettings(bounds, policy, maxAgeMs, sendQueue.pushBackTimeoutMs(), queues.stallTimeoutMs());
    }

    private @Nullable OverflowRule ruleFor(DestinationName name) {
        if (rules.isEmpty()) {
            return null;
        }
        String text = name.toString();
        for (Rule rule : rules) {
            if (rule.pattern().matches(text)) {
                return rule.rule();
            }
        }
        return null;
    }

    private static OverflowPolicy policyOf(@Nullable OverflowRule rule, OverflowPolicy otherwise) {
        return rule == null || rule.policy().isEmpty() ? otherwise : OverflowPolicies.named(rule.policy());
    }

    private static long first(long ifSet, long otherwise) {
        return ifSet > 0 ? ifSet : otherwise;
    }
}
