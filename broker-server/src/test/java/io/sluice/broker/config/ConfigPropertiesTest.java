package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every configuration and for every file. */
final class ConfigPropertiesTest {
    private static final List<String> SNIPPETS = List.of(
            "listen:",
            "port",
            ": ",
            "\n",
            "  ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a ",
            "*a",
            "!!str ",
            "? ",
            "|",
            ">",
            "%",
            "\"",
            "'",
            "#",
            "---",
            "...",
            "<<",
            "\\ud800",
            "\\",
            "\t",
            "\r",
            "64 KiB",
            "0",
            "overflow",
            "delivery",
            "pattern",
            "**",
            "/",
            "\u0000",
            "\u0085",
            "\u2028",
            "\ufeff",
            "é",
            "%YAML 1.2\n",
            "@",
            "`",
            "|2-",
            "9999999999");

    @TempDir
    Path directory;

    private int files;

    @Test
    void whatIsPrintedLoadsAsTheSameConfiguration() {
        Seeded.check(500, random -> {
            LoadedConfig loaded = new LoadedConfig(randomConfig(random), Map.of());

            assertThat(load(ConfigPrinter.print(loaded).getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(loaded.config());
        });
    }

    @Test
    void whatIsPrintedOfOneKeySetsItTheSameInAFlag() {
        Seeded.check(500, random -> {
            BrokerConfig config = randomConfig(random);
            ConfigValues values = ConfigValues.of(config);
            Map<String, String> flags = new HashMap<>();
            for (ConfigKey<?> key : ConfigKeys.all()) {
                flags.put(key.name(), printed(key, values));
            }

            assertThat(new ConfigLoader().load(null, Map.of(), flags).config()).isEqualTo(config);
            assertThat(BrokerConfig.defaults().with(flags)).isEqualTo(config);
        });
    }

    @Test
    void randomBytesLoadOrAreRefused() {
        Seeded.check(1_000, random -> {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            loadsOrIsRefused(bytes);
        });
    }

    @Test
    void randomPiecesOfYamlLoadOrAreRefused() {
        Seeded.check(3_000, random -> {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i >= 0; i--) {
                text.append(SNIPPETS.get(random.nextInt(SNIPPETS.size())));
            }
            loadsOrIsRefused(text.toString().getBytes(StandardCharsets.UTF_8));
        });
    }

    @Test
    void aReferenceFileWithRandomDamageLoadsOrIsRefused() {
        Seeded.check(2_000, random -> {
            StringBuilder text = new StringBuilder(ConfigReference.text());
            for (int i = random.nextInt(5); i >= 0; i--) {
                int at = random.nextInt(text.length());
                String snippet = SNIPPETS.get(random.nextInt(SNIPPETS.size()));
                text.replace(at, Math.min(text.length(), at + random.nextInt(6)), snippet);
            }
            loadsOrIsRefused(text.toString().getBytes(StandardCharsets.UTF_8));
        });
    }

    @Test
    void anyTextAsAnyValueLoadsOrIsRefused() {
        List<String> names = ConfigKeys.namesAndSections();
        Seeded.check(5_000, random -> {
            String key = names.get(random.nextInt(names.size()));
            String value =
                    SNIPPETS.get(random.nextInt(SNIPPETS.size())) + SNIPPETS.get(random.nextInt(SNIPPETS.size()));
            try {
                assertThat(BrokerConfig.defaults().with(key, value)).isNotNull();
            } catch (ConfigException e) {
                assertWellFormed(e);
            }
        });
    }

    private void loadsOrIsRefused(byte[] bytes) throws IOException {
        try {
            assertThat(load(bytes)).isNotNull();
        } catch (ConfigException e) {
            assertWellFormed(e);
        }
    }

    private static void assertWellFormed(ConfigException e) {
        assertThat(e.problems())
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem)
                        .isNotBlank()
                        .matches(text -> text.chars().noneMatch(Character::isISOControl), "no control characters"));
    }

    private BrokerConfig load(byte[] bytes) throws IOException {
        // A new file each time: some file systems write through a file that is emptied and filled again, which is slow.
        Path file = Files.write(directory.resolve(files++ + ".yaml"), bytes);
        try {
            return new ConfigLoader().load(file, Map.of(), Map.of()).config();
        } finally {
            Files.delete(file);
        }
    }

    private static BrokerConfig randomConfig(Random random) {
        int maxFrame = (int) between(random, 1, 1 << 30);
        return new BrokerConfig(
                new ListenConfig(
                        pick(random, "::1", "::", "0.0.0.0", "h-1.example", "null", "1"), random.nextInt(65_536), (int)
                                between(random, 1, 65_535)),
                new TransportConfig(
                        TransportType.of(pick(random, "auto", "epoll", "nio", "io_uring")),
                        random.nextInt(257),
                        random.nextInt(1 << 30),
                        random.nextInt(1 << 30),
                        (int) between(random, 4096, 1 << 20),
                        random.nextInt(65),
                        between(random, 1, 3_600_000),
                        between(random, 1, 86_400_000),
                        between(random, 0, 86_400_000),
                        between(random, 1000, 86_400_000),
                        (int) between(random, 1024, 1 << 30)),
                new ConnectionsConfig((int) between(random, 0, 10_000_000)),
                new NativeConfig(maxFrame),
                new DestinationsConfig((int) between(random, 1, 100_000_000), between(random, 1, 31_536_000_000L)),
                new QueueConfig(
                        bound(random, maxFrame),
                        between(random, 1, 1_000_000_000_000L),
                        between(random, 1, 1 << 30),
                        (int) between(random, 1, 10_000_000),
                        between(random, 1, 86_400_000)),
                new SendQueueConfig(
                        bound(random, maxFrame),
                        between(random, 0, 1_000_000_000_000L),
                        between(random, 0, 31_536_000_000L),
                        between(random, 1, 86_400_000)),
                rules(random, maxFrame),
                new MemoryConfig(random.nextBoolean() ? 0 : bound(random, maxFrame)),
                new ShutdownConfig(
                        between(random, 0, 86_400_000), between(random, 0, 86_400_000), between(random, 0, 86_400_000)),
                new StatsConfig(
                        pick(random, "", "a b#c", "/var/x.csv", "C:\\x", "é\u200b\ud83d\ude00", "- x", "{"),
                        between(random, 100, 3_600_000)),
                new LogConfig(pick(random, "error", "warn", "info", "debug"), pick(random, "text", "json")),
                new AdminConfig(
                        random.nextBoolean(),
                        pick(random, "127.0.0.1", "::1", "a.b"),
                        (int) between(random, AdminConfig.AUTO_PORT, 65535),
                        pick(random, "", "a b#c", "- x"),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        pick(random, "", "a", "a, b.c", "{"),
                        (int) between(random, 1, 10_000),
                        (int) between(random, 0, 1_000)));
    }

    private static List<OverflowRule> rules(Random random, int maxFrame) {
        List<OverflowRule> rules = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            String pattern = pick(random, "/topic/", "/a b/", "#x/", "é, {}: \"/") + i + pick(random, "", "/*", "/**");
            rules.add(new OverflowRule(
                    pattern,
                    pick(random, "", "latest", "push-back", "null"),
                    random.nextBoolean() ? 0 : bound(random, maxFrame),
                    between(random, 0, 1_000_000_000_000L),
                    between(random, 0, 31_536_000_000L)));
        }
        return rules;
    }

    private static long bound(Random random, int maxFrame) {
        return between(random, maxFrame + 4L, 1L << 40);
    }

    /** Often an end of the range, often a round number. */
    private static long between(Random random, long min, long max) {
        long unit = List.of(1L, 1000L, 1024L, 60_000L, 1L << 20, 3_600_000L, 1L << 30)
                .get(random.nextInt(7));
        long value = min + (long) (random.nextDouble() * (max - min));
        return switch (random.nextInt(4)) {
            case 0 -> min;
            case 1 -> max;
            case 2 -> value;
            default -> Math.max(min, value / unit * unit);
        };
    }

    private static String pick(Random random, String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private static <T> String printed(ConfigKey<T> key, ConfigValues values) {
        return key.print(values.get(key));
    }
}
