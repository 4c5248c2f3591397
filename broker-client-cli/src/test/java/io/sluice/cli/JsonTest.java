package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    private static Json parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void findsWhatStandsAtAPath() {
        Json json = parse("{\"a\":{\"b\":[1,2.5,{\"c\":true}]},\"n\":null}");

        assertThat(json.at("a", "b").items()).hasSize(3);
        assertThat(json.at("a", "b").items().get(1).number()).isEqualTo(2.5);
        assertThat(json.at("a", "b").items().get(2).at("c").isTrue()).isTrue();
        assertThat(json.at("n").isAbsent()).isTrue();
    }

    @Test
    void whatIsAbsentIsEmpty() {
        Json json = parse("{\"text\":\"x\"}");

        assertThat(json.at("no", "such").isAbsent()).isTrue();
        assertThat(json.at("no").number()).isZero();
        assertThat(json.at("no").text()).isEmpty();
        assertThat(json.at("no").items()).isEmpty();
        assertThat(json.at("text", "below").text()).isEmpty();
        assertThat(json.at("text").number()).isZero();
        assertThat(json.text()).isEmpty();
    }

    @Test
    void textsAndKeysComeOutSafeForATerminal() {
        Json json = parse("{\"k\\n\":\"\\u001b[2J\\u202e\"}");

        assertThat(json.at("k\\n").text()).isEqualTo("\\x1b[2J\\u202e");
    }

    @Test
    void numbersAreTextsTooWithoutExponent() {
        assertThat(parse("67108864000").text()).isEqualTo("67108864000");
        assertThat(parse("2.5").text()).isEqualTo("2.5");
        assertThat(parse("true").text()).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":1", "[1,]", "<html>", "1 2", "{} x"})
    void refusesWhatIsNoJson(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> parse(text));
    }

    @Test
    void refusesWhatIsNestedForEver() {
        assertThatIllegalArgumentException().isThrownBy(() -> parse("[".repeat(100_000)));
    }
}
