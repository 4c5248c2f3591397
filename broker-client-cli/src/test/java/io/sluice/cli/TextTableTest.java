package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextTableTest {
    private static final TextTable TABLE = new TextTable()
            .text("NAME", row -> row.at("name").text())
            .figure("N", row -> row.at("n").text())
            .figure("LAST", row -> row.at("last").text());

    private static Json row(String name, int n) {
        return Json.parse(("{\"name\":\"" + name + "\",\"n\":" + n + ",\"last\":7}").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void alignsTextsToTheLeftAndFiguresToTheRight() {
        assertThat(TABLE.lines(List.of(row("a", 1), row("bcdefg", 100)), 80))
                .containsExactly("NAME      N  LAST", "a         1     7", "bcdefg  100     7");
    }

    @Test
    void cutsTextsBeforeItLeavesOutFigures() {
        List<Json> rows = List.of(row("a-name-of-twenty-plac", 1));

        assertThat(TABLE.lines(rows, 24)).containsExactly("NAME             N  LAST", "a-name-of-twen…  1     7");
    }

    @Test
    void leavesOutTheLastColumnsWhenTextsAreAtTheirShortest() {
        List<Json> rows = List.of(row("a-name-of-twenty-plac", 1));

        assertThat(TABLE.lines(rows, 16)).containsExactly("NAME          N", "a-name-of-t…  1");
        assertThat(TABLE.lines(rows, 5)).containsExactly("NAME", "a-na…");
    }

    @ParameterizedTest
    @CsvSource({"abc, 3", "é, 1", "e\u0301, 1", "漢字, 4", "👍, 2", "Ａ, 2", "'', 0"})
    void countsThePlacesOfATerminal(String text, int places) {
        assertThat(TextTable.width(text)).isEqualTo(places);
    }

    @ParameterizedTest
    @CsvSource({"abcdef, 6, abcdef", "abcdef, 5, abcd…", "漢字漢字, 5, 漢字…", "漢字漢字, 4, 漢…", "abc, 1, …", "abc, 0, ''"})
    void cutsWithAnEllipsis(String text, int width, String shown) {
        assertThat(TextTable.cut(text, width)).isEqualTo(shown);
    }
}
