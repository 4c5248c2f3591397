package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigLoaderTest {
    @TempDir
    Path directory;

    private final ConfigLoader loader = new ConfigLoader();

    @Test
    void withoutAnySourceEverythingIsAtItsDefault() {
        LoadedConfig loaded = loader.load(null, Map.of(), Map.of());

        assertThat(loaded.config()).isEqualTo(BrokerConfig.defaults());
        assertThat(loaded.origins().values()).containsOnly("default");
        assertThat(loaded.origins()).containsKeys("listen.host", "delivery.overflow", "log.level");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "{}", "~", "listen:\n", "\ufeff# with a mark\nlisten: {}\n"})
    void anEmptyFileIsFine(String text) throws IOException {
        assertThat(load(text).config()).isEqualTo(BrokerConfig.defaults());
    }

    @Test
    void aLaterSourceOverridesAnEarlierOne() throws IOException {
        Path file = write("listen:\n  port: 1\n  host: h1\n  backlog: 5\nqueues.max-messages: 7\n");
        Map<String, String> environment = Map.of(
                "SLUICE_CONF_LISTEN_PORT", "2",
                "SLUICE_CONF_LISTEN_HOST", "h2",
                "SLUICE_HOME", "/opt",
                "PATH", "*&!");

        LoadedConfig loaded = loader.load(file, environment, Map.of("listen.port", "3"));

        assertThat(loaded.config().listen()).isEqualTo(new ListenConfig("h2", 3, 5));
        assertThat(loaded.config().queues().maxMessages()).isEqualTo(7);
        assertThat(loaded.origins())
                .containsEntry("listen.port", "flag --set")
                .containsEntry("listen.host", "environment SLUICE_CONF_LISTEN_HOST")
                .containsEntry("listen.backlog", "file " + file + " line 4")
                .containsEntry("queues.max-messages", "file " + file + " line 5")
                .containsEntry("log.level", "default");
    }

    @Test
    void everyVariableBelongsToOneKeyAndSetsIt() {
        Set<String> variables = new HashSet<>();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            assertThat(variables.add(ConfigLoader.variable(key.name()))).isTrue();
        }
        assertThat(variables).contains("SLUICE_CONF_DELIVERY_SEND_QUEUE_MAX_BYTES");
    }

    @Test
    void refusesUnknownVariablesOfItsOwn() {
        assertThat(problems(null, Map.of("SLUICE_CONF_LISTEN_PROT", "1"), Map.of()))
                .containsExactly("SLUICE_CONF_LISTEN_PROT: unknown variable; did you mean SLUICE_CONF_LISTEN_PORT?");
    }

    @Test
    void saysWhereAWrongValueCameFrom() throws IOException {
        Path file = write("listen:\n  port: x\n");

        assertThat(problems(file, Map.of("SLUICE_CONF_LISTEN_PORT", "y"), Map.of("listen.port", "z")))
                .containsExactly(
                        file + ":2: listen.port: x: not a whole number; must be a whole number from 0 to 65535",
                        "SLUICE_CONF_LISTEN_PORT: listen.port: y: not a whole number; must be a whole number from 0 to"
                                + " 65535",
                        "--set listen.port: z: not a whole number; must be a whole number from 0 to 65535");
    }

    @Test
    void suggestsTheNearestKeyAndSection() throws IOException {
        assertThat(problemsOf("delivery:\n  send-queu:\n    max-bytes: 1 GiB\nlisen: {port: 1}\nxyzzyplugh: 1\n"))
                .containsExactly(
                        "2: delivery.send-queu: unknown key; did you mean delivery.send-queue?",
                        "4: lisen: unknown key; did you mean listen?",
                        "5: xyzzyplugh: unknown key");
        assertThat(problemsOf("\n\n\n\n\n\ndelivery.send-queu.max-bytes: 1 GiB\n"))
                .containsExactly(
                        "7: delivery.send-queu.max-bytes: unknown key; did you mean delivery.send-queue.max-bytes?");
    }

    @Test
    void refusesDuplicatesHoweverTheyAreWritten() throws IOException {
        assertThat(problemsOf("listen:\n  port: 1\n  port: 2\nlisten.port: 3\nlisten: {}\n"))
                .containsExactly(
                        "3: listen.port: duplicate key; it is already on line 2",
                        "4: listen.port: duplicate key; it is already on line 2",
                        "5: listen: duplicate key; it is already on line 1");
    }

    @Test
    void refusesWrongTypes() throws IOException {
        assertThat(problemsOf("listen: 25000\ntransport: [1]\nlog: {level: {a: b}}\nmemory: {max: [1 GiB]}\n"))
                .containsExactly(
                        "1: listen: found 25000; this is a section with keys",
                        "2: transport: found a list; this is a section with keys",
                        "3: log.level: found a mapping; must be error, warn, info or debug",
                        "4: memory.max: found a list; must be a size from 1 B to 1024 GiB, or auto");
        assertThat(problemsOf("- a\n")).containsExactly("1: found a list; must be sections with keys");
        assertThat(problemsOf("just text\n")).containsExactly("1: found just text; must be sections with keys");
    }

    @Test
    void reportsEverythingSortedByLine() throws IOException {
        List<String> problems = problemsOf("""
                memory: {max: 1 MiB}
                listen:
                  port: 99999
                  prot: 1
                delivery:
                  overflow:
                    - {pattern: /a/**/b}
                    - pattern: /a
                      policy: drop-oldst
                      max-bytes: 5
                      max-bites: 5
                    - policy: latest
                    - text
                    - pattern: /b
                      pattern: /c
                log: {level: loud}
                """);

        assertThat(problems)
                .containsExactly(
                        "1: memory.max: 1 MiB: smaller than the largest frame; must be at least 16777219 B"
                                + " (native.max-frame + 4), or lower native.max-frame",
                        "3: listen.port: 99999: must be a whole number from 0 to 65535",
                        "4: listen.prot: unknown key; did you mean listen.port?",
                        "7: delivery.overflow: rule 1: pattern: /a/**/b: ** stands for the rest: only the last segment"
                                + " may be **",
                        "10: delivery.overflow: rule 2: max-bytes: 5: a size needs a unit: B, KiB, MiB, GiB; must be a"
                                + " size from 1 B to 1024 GiB, or inherit",
                        "11: delivery.overflow: rule 2: max-bites: unknown key; did you mean max-bytes?",
                        "12: delivery.overflow: rule 3: pattern: missing; every rule needs one",
                        "13: delivery.overflow: rule 4: found text; must have pattern, policy, max-bytes, max-messages"
                                + " and max-age, all but pattern optional",
                        "15: delivery.overflow: rule 5: pattern: duplicate key",
                        "16: log.level: loud: must be error, warn, info or debug");
    }

    @Test
    void findsTheLineOfARuleThatDoesNotGoTogetherWithOthers() throws IOException {
        assertThat(problemsOf("""
                delivery:
                  overflow:
                    - pattern: /**
                      max-bytes: 1 KiB
                    - policy: latest
                      pattern: /a
                """))
                .containsExactly(
                        "4: delivery.overflow: rule 1: max-bytes: 1 KiB: smaller than the largest frame; must be at"
                                + " least 16777219 B (native.max-frame + 4), or lower native.max-frame",
                        "6: delivery.overflow: rule 2: pattern: /a: can never match: rule 1 (/**) comes before it and"
                                + " covers it; move it before that rule or remove it");
    }

    @Test
    void blamesTheFrameWhereTheBoundIsADefault() throws IOException {
        assertThat(problemsOf("native: {max-frame: 128 MiB}\n"))
                .containsExactly("1: delivery.send-queue.max-bytes: 64 MiB: smaller than the largest frame; must be at"
                        + " least 134217732 B (native.max-frame + 4), or lower native.max-frame");
    }

    @Test
    void doesNotComplainOfWhatFollowsFromAnotherProblem() throws IOException {
        assertThat(problemsOf("native: {max-frame: 128 MiB}\ndelivery: {send-queue: {max-bytes: 256 M}}\n"))
                .singleElement()
                .asString()
                .startsWith("2: delivery.send-queue.max-bytes: 256 M: ");
        assertThat(problemsOf("native: {max-frame: 1 kib}\nqueues: {max-bytes: 2 KiB}\n"))
                .singleElement()
                .asString()
                .startsWith("1: native.max-frame: 1 kib: ");
    }

    @Test
    void looksUpPoliciesWhereItKnowsThem() throws IOException {
        Path file = write("delivery:\n  overflow:\n    - pattern: /a\n    - pattern: /b\n      policy: drop-oldst\n");
        ConfigLoader knowing = new ConfigLoader(Set.of("drop-oldest", "latest"));

        ConfigException e = catchThrowableOfType(ConfigException.class, () -> knowing.load(file, Map.of(), Map.of()));

        assertThat(e.problems())
                .containsExactly(file + ":5: delivery.overflow: rule 2: policy: drop-oldst: unknown policy; must be one"
                        + " of drop-oldest, latest; did you mean drop-oldest?");
        assertThat(loader.load(file, Map.of(), Map.of()).config().overflow()).hasSize(2);
    }

    @Test
    void aRuleWithoutAPolicyIsFineWhereItKnowsThem() {
        BrokerConfig config = new ConfigLoader(Set.of("latest"))
                .load(null, Map.of("SLUICE_CONF_DELIVERY_OVERFLOW", "[{pattern: /a}]"), Map.of())
                .config();

        assertThat(config.overflow()).containsExactly(new OverflowRule("/a", "", 0, 0, 0));
    }

    @Test
    void readsRulesOfAFile() throws IOException {
        BrokerConfig config = load("""
                delivery:
                  overflow:
                    - pattern: "/topic/*/eu"
                      policy: latest
                      max-bytes: 32 MiB
                      max-messages: 10
                      max-age: 2 m
                    - { pattern: /queue/**, max-bytes: inherit, max-age: 0 }
                """).config();

        assertThat(config.overflow())
                .containsExactly(
                        new OverflowRule("/topic/*/eu", "latest", 32 << 20, 10, 120_000),
                        new OverflowRule("/queue/**", "", 0, 0, 0));
    }

    @Test
    void aListOrTextThatIsNotThereIsEmpty() throws IOException {
        assertThat(load("delivery:\n  overflow:\nstats:\n  file:\n").config()).isEqualTo(BrokerConfig.defaults());
    }

    @Test
    void escapesAndCutsForeignText() throws IOException {
        String longText = "x".repeat(500);

        assertThat(problemsOf("log: {level: \"a\\e[31m\\nb\\u202e\"}\n"))
                .containsExactly("1: log.level: a\\u{1b}[31m\\u{a}b\\u{202e}: must be error, warn, info or debug");
        assertThat(problemsOf(longText + ": 1\n")).containsExactly("1: " + "x".repeat(79) + "…: unknown key");
        assertThat(problemsOf("log: {level: " + longText + "}\n"))
                .containsExactly("1: log.level: " + "x".repeat(79) + "…: must be error, warn, info or debug");
    }

    @Test
    void saysWhyAFileCannotBeRead() throws IOException {
        Path missing = directory.resolve("missing.yaml");
        Path latin = directory.resolve("latin.yaml");
        Files.write(latin, "listen:\n  host: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        Path large = write("#" + "x".repeat(1 << 20));

        assertThat(problems(missing, Map.of(), Map.of())).containsExactly(missing + ": there is no such file");
        assertThat(problems(directory, Map.of(), Map.of()))
                .singleElement()
                .asString()
                .startsWith(directory + ": cannot be read: ");
        assertThat(problems(latin, Map.of(), Map.of())).containsExactly(latin + ":2: not UTF-8 from byte 19 on");
        assertThat(problems(large, Map.of(), Map.of()))
                .containsExactly(large + ": larger than 1 MiB, the most a configuration may be");
    }

    @Test
    void stillChecksTheOtherSourcesWhenAFileCannotBeRead() {
        Path missing = directory.resolve("missing.yaml");

        assertThat(problems(missing, Map.of(), Map.of("log.level", "loud"))).hasSize(2);
    }

    @Test
    void saysWhereTheSyntaxIsWrong() throws IOException {
        assertThat(problemsOf("listen:\n  port: 1\n bad\n"))
                .singleElement()
                .asString()
                .startsWith("3: not valid YAML: ");
        assertThat(problemsOf("listen: {port: 1\nlog: x\n"))
                .singleElement()
                .asString()
                .contains("not valid YAML: ");
        assertThat(problemsOf("a: 1\nb: \u0007\n"))
                .containsExactly("2: not valid YAML: the character U+0007 is not allowed");
        assertThat(problemsOf("a: \"\ttab\n")).singleElement().asString().contains("not valid YAML: ");
        assertThat(problemsOf("log: {level: info}\n---\nlog: {level: info}\n"))
                .containsExactly("2: a second document begins here; only one is read");
        assertThat(problemsOf("? [a]\n: b\n")).containsExactly("1: found a list where a key is expected");
    }

    @Test
    void refusesAliasesTagsAndDepthBeforeTheyCostAnything() throws IOException {
        StringBuilder laughs = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 40; i++) {
            laughs.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }

        assertThat(problemsOf(laughs.toString())).singleElement().asString().startsWith("1: anchors and aliases ");
        assertThat(problemsOf("listen: &a {listen: *a}\n"))
                .singleElement()
                .asString()
                .startsWith("1: anchors and aliases ");
        assertThat(problemsOf("log: !!java.net.URL [x]\n"))
                .singleElement()
                .asString()
                .startsWith("1: tags ");
        assertThat(problemsOf("[".repeat(1_000_000))).containsExactly("1: nested deeper than 16 levels");
        assertThat(problemsOf("- ".repeat(500_000))).containsExactly("1: nested deeper than 16 levels");
        assertThat(problemsOf("? ".repeat(500_000))).containsExactly("1: nested deeper than 16 levels");
        assertThat(problemsOf("{a: ".repeat(250_000))).containsExactly("1: nested deeper than 16 levels");
    }

    @Test
    void showsAHundredProblemsAndCountsTheRest() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            text.append("key-").append(i).append(": 1\n");
        }

        List<String> problems = problemsOf(text.toString());

        assertThat(problems).hasSize(101).last().isEqualTo("49900 more problems are not shown");
        assertThat(problems.get(99)).startsWith("100: key-99: unknown key");
    }

    @Test
    void thousandsOfWrongKeysInOneRuleAreCountedToo() throws IOException {
        StringBuilder text = new StringBuilder("delivery:\n  overflow:\n  - pattern: /a\n");
        for (int i = 0; i < 50_000; i++) {
            text.append("    k").append(i).append(": 1\n");
        }

        assertThat(problemsOf(text.toString())).hasSize(101);
    }

    @Test
    void flagsAreReadInTheirOrder() {
        Map<String, String> flags = new LinkedHashMap<>();
        flags.put("z", "1");
        flags.put("log.level", "loud");
        flags.put("a", "1");

        assertThat(problems(null, Map.of(), flags))
                .extracting(problem -> problem.substring(0, 7))
                .containsExactly("--set z", "--set l", "--set a");
    }

    private LoadedConfig load(String text) throws IOException {
        return loader.load(write(text), Map.of(), Map.of());
    }

    /** The problems without the name of the file before the line. */
    private List<String> problemsOf(String text) throws IOException {
        Path file = write(text);
        return problems(file, Map.of(), Map.of()).stream()
                .map(problem -> problem.startsWith(file + ":") ? problem.substring((file + ":").length()) : problem)
                .toList();
    }

    private List<String> problems(Path file, Map<String, String> environment, Map<String, String> flags) {
        return catchThrowableOfType(ConfigException.class, () -> loader.load(file, environment, flags))
                .problems();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("sluice.yaml"), text);
    }
}
