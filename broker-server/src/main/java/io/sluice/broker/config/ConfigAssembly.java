package io.sluice.broker.config;

import io.sluice.broker.base.Shown;
import io.sluice.broker.config.YamlNode.Entries;
import io.sluice.broker.config.YamlNode.Entry;
import io.sluice.broker.config.YamlNode.Items;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A configuration in the making: takes values from one source after the other, each overriding those before, and knows
 * where each came from. Collects what is wrong and says all of it at the end.
 */
final class ConfigAssembly {
    private final ConfigValues values;
    private final Set<String> policies;
    private final Map<String, Origin> origins = new HashMap<>();
    private final Set<String> failed = new HashSet<>();
    private final Findings findings = new Findings();
    private @Nullable YamlNode overflow;

    /**
     * Starts from complete values.
     *
     * @param policies the names an overflow rule may use; empty if that is looked at elsewhere
     */
    ConfigAssembly(ConfigValues start, Set<String> policies) {
        this.values = start;
        this.policies = policies;
    }

    /** Takes everything a file says. */
    void takeFile(YamlNode root, String fileName) {
        if (root instanceof Entries entries) {
            takeSection(entries, "", fileName, new HashMap<>());
        } else if (!root.isNothing()) {
            findings.add(Origin.file(fileName, root.line()), "found " + root.noun() + "; must be sections with keys");
        }
    }

    /** Takes one value, given as YAML under the full name of its key. */
    void take(String name, String yaml, Origin origin) {
        ConfigKey<?> key = ConfigKeys.find(name);
        if (key == null) {
            findings.add(origin, unknown(name));
            return;
        }
        try {
            assign(key, YamlReader.read(yaml), origin);
        } catch (YamlFault e) {
            failed.add(name);
            findings.add(origin, name + ": " + Shown.text(yaml) + ": " + e.text());
        }
    }

    /** Notes that a source could not be used. */
    void refuse(Origin origin, String text) {
        findings.add(origin, text);
    }

    /** The configuration; throws {@link ConfigException} with everything that was found wrong. */
    BrokerConfig finish() {
        checkPolicies(values.get(ConfigKeys.OVERFLOW));
        try {
            BrokerConfig config = values.toConfig();
            if (findings.isEmpty()) {
                return config;
            }
        } catch (ConfigException e) {
            e.details().forEach(this::addUnlessConsequence);
        }
        throw findings.toException();
    }

    /** Where the value of every key came from, in the order of the reference file. */
    Map<String, String> origins() {
        Map<String, String> described = new LinkedHashMap<>();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            described.put(key.name(), originOf(key.name()).describe());
        }
        return described;
    }

    private void takeSection(Entries section, String prefix, String fileName, Map<String, Integer> lines) {
        for (Entry entry : section.entries()) {
            String path = prefix + entry.name();
            Origin origin = Origin.file(fileName, entry.line());
            Integer firstLine = lines.putIfAbsent(path, entry.line());
            ConfigKey<?> key = ConfigKeys.find(path);
            if (firstLine != null) {
                findings.add(origin, Shown.text(path) + ": duplicate key; it is already on line " + firstLine);
            } else if (key != null) {
                assign(key, entry.value(), origin);
            } else if (!ConfigKeys.isSection(path)) {
                findings.add(origin, unknown(path));
            } else if (entry.value() instanceof Entries entries) {
                takeSection(entries, path + ".", fileName, lines);
            } else if (!entry.value().isNothing()) {
                findings.add(origin, path + ": found " + entry.value().noun() + "; this is a section with keys");
            }
        }
    }

    private <T> void assign(ConfigKey<T> key, YamlNode node, Origin origin) {
        try {
            values.put(key, key.read(node));
            origins.put(key.name(), origin);
            if (key == ConfigKeys.OVERFLOW) {
                overflow = node;
            }
        } catch (ConfigException e) {
            failed.add(key.name());
            for (Problem problem : e.details()) {
                // Finding the line takes a search: not for each of a million problems that are only counted.
                int line = findings.isFull() ? origin.line() : line(problem, node, origin.line());
                findings.add(origin.atLine(line), problem.toString());
            }
        }
    }

    private void checkPolicies(List<OverflowRule> rules) {
        if (policies.isEmpty()) {
            return;
        }
        for (int i = 0; i < rules.size(); i++) {
            String policy = rules.get(i).policy();
            if (!policy.isEmpty() && !policies.contains(policy)) {
                String text = Shown.text(policy) + ": unknown policy; must be one of "
                        + String.join(", ", new TreeSet<>(policies)) + Nearest.hint(policy, policies);
                add(Problem.inRule(i + 1, OverflowRules.POLICY.name(), text));
            }
        }
    }

    // A bound that could not be read stands at its default here: what does not go together with that is no news.
    private void addUnlessConsequence(Problem problem) {
        if (!failed.contains(problem.key()) && !failed.contains(problem.otherKey())) {
            add(problem);
        }
    }

    private void add(Problem problem) {
        Origin origin = originOf(problem.key());
        if (origin.equals(Origin.DEFAULT)) {
            origin = originOf(problem.otherKey());
        }
        int line = overflow == null ? origin.line() : line(problem, overflow, origin.line());
        findings.add(origin.atLine(line), problem.toString());
    }

    private Origin originOf(String key) {
        return origins.getOrDefault(key, Origin.DEFAULT);
    }

    private String unknown(String path) {
        String hint = findings.isFull() ? "" : Nearest.hint(path, ConfigKeys.namesAndSections());
        return Shown.text(path) + ": unknown key" + hint;
    }

    /** The line of the rule, and if possible of the part of it, that a problem is about. */
    private static int line(Problem problem, YamlNode node, int otherwise) {
        if (problem.rule() == 0 || !(node instanceof Items list)) {
            return otherwise;
        }
        YamlNode rule = list.items().get(problem.rule() - 1);
        Entry part = rule instanceof Entries entries ? entries.last(problem.part()) : null;
        return part == null ? rule.line() : part.line();
    }
}
