package io.sluice.broker.config;

import io.sluice.broker.base.Shown;
import io.sluice.broker.config.YamlNode.Entries;
import io.sluice.broker.config.YamlNode.Entry;
import io.sluice.broker.config.YamlNode.Items;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The list of overflow rules, and the settings a rule has. */
final class OverflowRules implements NodeKind<List<OverflowRule>> {
    /** Every rule is compared with all before it, and every new destination with all of them. */
    static final int MAX_RULES = 1000;

    static final ConfigKey<String> PATTERN = ConfigKey.inRule(
            "pattern",
            new Text("a pattern of destination names", DestinationPattern::parse),
            "",
            "The destinations it is for; * stands for one segment, ** for the rest.");
    static final ConfigKey<String> POLICY = ConfigKey.inRule(
            "policy", new Text("the name of an overflow policy", Text::policyName), "", "What happens at the bound.");
    static final ConfigKey<Long> MAX_BYTES = ConfigKey.inRule(
            "max-bytes",
            new Quantity(Quantity.Of.BYTES, "1 B", "1024 GiB", "inherit"),
            0L,
            "The memory that may be kept alive.");
    static final ConfigKey<Long> MAX_MESSAGES = ConfigKey.inRule(
            "max-messages",
            new Quantity(Quantity.Of.THINGS, "1", "1000000000000", "inherit"),
            0L,
            "The messages that may wait.");
    static final ConfigKey<Long> MAX_AGE = ConfigKey.inRule(
            "max-age",
            new Quantity(Quantity.Of.MILLISECONDS, "1 ms", "8760 h", "inherit"),
            0L,
            "How long a message may wait.");

    static final List<ConfigKey<?>> PARTS = List.of(PATTERN, POLICY, MAX_BYTES, MAX_MESSAGES, MAX_AGE);

    private static final String NAMES =
            "pattern, policy, max-bytes, max-messages and max-age, all but pattern optional";

    @Override
    public List<OverflowRule> parse(String text) {
        throw new IllegalArgumentException(Shown.text(text) + ": must be " + allowed());
    }

    @Override
    public void check(List<OverflowRule> rules) {
        checkCount(rules.size());
    }

    @Override
    public List<OverflowRule> read(YamlNode node) {
        if (node.isNothing()) {
            return List.of();
        }
        if (!(node instanceof Items list)) {
            throw new IllegalArgumentException("found " + node.noun() + "; must be " + allowed());
        }
        checkCount(list.items().size());
        List<OverflowRule> rules = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        int position = 0;
        for (YamlNode item : list.items()) {
            position++;
            try {
                rules.add(rule(item));
            } catch (ConfigException e) {
                for (Problem problem : e.details()) {
                    problems.add(Problem.inRule(position, problem.part(), problem.text()));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw ConfigException.of(problems);
        }
        return rules;
    }

    @Override
    public String print(List<OverflowRule> rules) {
        return "[" + String.join(", ", rules.stream().map(OverflowRules::print).toList()) + "]";
    }

    @Override
    public String allowed() {
        return "a list of at most " + MAX_RULES + " rules with " + NAMES;
    }

    /** One rule as a YAML flow mapping, without what it inherits. */
    static String print(OverflowRule rule) {
        StringBuilder printed = new StringBuilder("{");
        append(printed, PATTERN, rule.pattern());
        append(printed, POLICY, rule.policy());
        append(printed, MAX_BYTES, rule.maxBytes());
        append(printed, MAX_MESSAGES, rule.maxMessages());
        append(printed, MAX_AGE, rule.maxAgeMs());
        return printed.append('}').toString();
    }

    private static void checkCount(int rules) {
        if (rules > MAX_RULES) {
            throw new IllegalArgumentException("found " + rules + " rules; at most " + MAX_RULES + " are allowed");
        }
    }

    private static <T> void append(StringBuilder printed, ConfigKey<T> part, T value) {
        if (!value.equals(part.defaultValue())) {
            printed.append(printed.length() == 1 ? "" : ", ")
                    .append(part.name())
                    .append(": ")
                    .append(part.print(value));
        }
    }

    private static OverflowRule rule(YamlNode item) {
        if (!(item instanceof Entries entries)) {
            throw ConfigException.of(List.of(Problem.inRule(0, "", "found " + item.noun() + "; must have " + NAMES)));
        }
        List<Problem> problems = namesNotAllowed(entries);
        String pattern = value(entries, PATTERN, problems);
        String policy = value(entries, POLICY, problems);
        long maxBytes = value(entries, MAX_BYTES, problems);
        long maxMessages = value(entries, MAX_MESSAGES, problems);
        long maxAgeMs = value(entries, MAX_AGE, problems);
        if (entries.last(PATTERN.name()) == null) {
            problems.add(PATTERN.problem("missing; every rule needs one"));
        }
        if (!problems.isEmpty()) {
            throw ConfigException.of(problems);
        }
        return new OverflowRule(pattern, policy, maxBytes, maxMessages, maxAgeMs);
    }

    private static List<Problem> namesNotAllowed(Entries entries) {
        List<Problem> problems = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Entry entry : entries.entries()) {
            String name = entry.name();
            if (PARTS.stream().noneMatch(part -> part.name().equals(name))) {
                String text = "unknown key"
                        + Nearest.hint(name, PARTS.stream().map(ConfigKey::name).toList());
                problems.add(Problem.inRule(0, name, text));
            } else if (!seen.add(name)) {
                problems.add(Problem.inRule(0, name, "duplicate key"));
            }
        }
        return problems;
    }

    private static <T> T value(Entries entries, ConfigKey<T> part, List<Problem> problems) {
        Entry entry = entries.last(part.name());
        if (entry == null) {
            return part.defaultValue();
        }
        try {
            return part.read(entry.value());
        } catch (ConfigException e) {
            problems.addAll(e.details());
            return part.defaultValue();
        }
    }
}
