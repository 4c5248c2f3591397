package io.sluice.broker.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ShownTest {

    @Test
    void leavesOrdinaryTextAlone() {
        assertThat(Shown.text("/tópico/日本 \ud83d\ude00")).isEqualTo("/tópico/日本 \ud83d\ude00");
        assertThat(Shown.text("x".repeat(80))).isEqualTo("x".repeat(80));
    }

    @Test
    void showsThatThereIsNothing() {
        assertThat(Shown.text("")).isEqualTo("\"\"");
    }

    @Test
    void escapesWhatATerminalOrALogWouldObey() {
        assertThat(Shown.text("a\nb\u001b[2J\u009b\u202e\u2028\ud800"))
                .isEqualTo("a\\u{a}b\\u{1b}[2J\\u{9b}\\u{202e}\\u{2028}\\u{d800}");
    }

    @Test
    void isNeverLongerThanEightyCharactersAndCutsNoCharacterInHalf() {
        for (int length = 60; length < 200; length++) {
            for (String character : new String[] {"x", "\ud83d\ude00", "\n"}) {
                String shown = Shown.text("y".repeat(length % 7) + character.repeat(length));

                assertThat(shown.length()).isLessThanOrEqualTo(80);
                assertThat(shown.chars()
                                .filter(c -> Character.isHighSurrogate((char) c))
                                .count())
                        .isEqualTo(shown.chars()
                                .filter(c -> Character.isLowSurrogate((char) c))
                                .count());
            }
        }
    }

    @Test
    void showsAPathWhole() {
        assertThat(Shown.whole("/" + "d".repeat(200) + "\n")).isEqualTo("/" + "d".repeat(200) + "\\u{a}");
    }
}
