package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DestinationPatternTest {

    @ParameterizedTest
    @CsvSource({
        "/topic/a, /topic/a",
        "/topic/*, /topic/a",
        "/topic/*, /topic/",
        "/topic/*/eu, /topic/a/eu",
        "/*/*, /a/b",
        "/topic/**, /topic",
        "/topic/**, /topic/",
        "/topic/**, /topic/a",
        "/topic/**, /topic/a/b//c",
        "/topic/*/**, /topic/a",
        "/topic/*/**, /topic/a/b",
        "**, a",
        "**, /",
        "**, /a/b",
        "*, a",
        "*/**, a",
        "/**, /a",
        "/, /",
        "//, //",
        "a//b, a//b",
        "a/*/b, a//b",
        "/topic/a*, /topic/a*",
        "/topic/***, /topic/***",
        "/tópico/*, /tópico/ü",
        "plain, plain",
    })
    void matches(String pattern, String name) {
        assertThat(DestinationPattern.parse(pattern).matches(name)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/topic/a, /topic/b",
        "/topic/a, /topic/a/",
        "/topic/a, /topic/ab",
        "/topic/ab, /topic/a",
        "/topic/a, /topic/A",
        "/topic/*, /topic",
        "/topic/*, /topic/a/b",
        "/topic/*/eu, /topic/a/us",
        "/topic/*/eu, /topic/eu",
        "/topic/**, /topica",
        "/topic/**, /other/a",
        "/topic/*/**, /topic",
        "*, /a",
        "*, a/b",
        "/**, a",
        "/, a",
        "/, //",
        "//, /",
        "a//b, a/b",
        "/topic/a*, /topic/ab",
        "/topic/***, /topic/a",
    })
    void doesNotMatch(String pattern, String name) {
        assertThat(DestinationPattern.parse(pattern).matches(name)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a",
        "/*, /a",
        "/*, /*",
        "/**, /*",
        "/**, /**",
        "/**, /a/b/*",
        "/a/**, /a",
        "/a/**, /a/*/**",
        "**, *",
        "**, **",
        "**, /a",
        "*/**, **",
        "**, */**",
        "*/**, /a/**",
        "/*/**, /a/**",
        "/*/c, /b/c",
        "/*/*, /a/*",
        "/a/*/**, /a/*/b/**",
    })
    void covers(String wide, String narrow) {
        assertThat(DestinationPattern.parse(wide).covers(DestinationPattern.parse(narrow)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /b",
        "/a, /*",
        "/a, /a/**",
        "/*, /**",
        "/*, /a/b",
        "/a/*, /a",
        "/a/*, /a/**",
        "/a/**, /b/**",
        "/a/**, /*/c",
        "/a/*/**, /a/**",
        "/*/c, /b/*",
        "*, /a",
        "/**, **",
        "/**, *",
    })
    void doesNotCover(String pattern, String other) {
        assertThat(DestinationPattern.parse(pattern).covers(DestinationPattern.parse(other)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/queue", "/queue/", "/queue/a", "/queue/*", "/queue/**", "/queue/*/b/**"})
    void knowsThatAllItMatchesAreQueues(String pattern) {
        assertThat(DestinationPattern.parse(pattern).matchesOnlyQueues()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/queuefoo", "queue/a", "/*", "/**", "**", "/*/queue", "//queue", "/topic/queue", "/", "a"})
    void knowsThatItMatchesOthersThanQueues(String pattern) {
        assertThat(DestinationPattern.parse(pattern).matchesOnlyQueues()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'', empty",
        "/a/**/b, only the last segment",
        "**/b, only the last segment",
        "$SYS/a, system topics",
        "/a/#, exactly",
        "+/a, exactly",
        "/>/a, exactly",
        "'/a\u0007', control characters",
        "'/a\u0085', control characters",
    })
    void refuses(String pattern, String why) {
        assertThatThrownBy(() -> DestinationPattern.parse(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesHalfACharacter() {
        assertThatThrownBy(() -> DestinationPattern.parse("/a\ud83d"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a pattern must be valid Unicode");
    }

    @Test
    void takesTheLongestNameAndNoLongerOne() {
        assertThat(DestinationPattern.parse("/" + "a".repeat(1023))).isNotNull();
        assertThatThrownBy(() -> DestinationPattern.parse("/" + "a".repeat(1024)))
                .hasMessage("a pattern must not be longer than 1024 bytes");
        assertThatThrownBy(() -> DestinationPattern.parse("/" + "ü".repeat(512)))
                .hasMessage("a pattern must not be longer than 1024 bytes");
    }

    @Test
    void aPatternThatCoversAnotherMatchesAllTheOtherMatches() {
        Seeded.check(5_000, random -> {
            DestinationPattern one = DestinationPattern.parse(pattern(random));
            DestinationPattern other = DestinationPattern.parse(pattern(random));
            boolean covers = allNames().stream().filter(other::matches).allMatch(one::matches);
            assertThat(one.covers(other)).as("%s covers %s", one, other).isEqualTo(covers);
        });
    }

    /** Up to three segments, so that with the names up to five every difference shows. */
    private static String pattern(Random random) {
        List<String> segments = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            segments.add(List.of("*", "a", "b", "").get(random.nextInt(4)));
        }
        if (random.nextBoolean()) {
            segments.set(count - 1, "**");
        }
        String pattern = String.join("/", segments);
        return pattern.isEmpty() ? "*" : pattern;
    }

    private static List<String> allNames() {
        List<String> names = new ArrayList<>();
        List<String> longest = List.of("a", "b", "", "other");
        for (int segments = 1; segments <= 5; segments++) {
            names.addAll(longest);
            List<String> longer = new ArrayList<>();
            for (String name : longest) {
                for (String segment : List.of("a", "b", "", "other")) {
                    longer.add(name + "/" + segment);
                }
            }
            longest = longer;
        }
        names.remove("");
        return names;
    }
}
