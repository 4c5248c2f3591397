package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NumberedTextTest {
    @ParameterizedTest
    @CsvSource({
        "-1, Msg 7 from 6b5a8e1d",
        "19, Msg 7 from 6b5a8e1d",
        "20, 'Msg 7 from 6b5a8e1d '",
        "24, Msg 7 from 6b5a8e1d ...."
    })
    void fillsTheTextUpToItsSize(int sizeBytes, String expected) {
        byte[] payload = new NumberedText("6b5a8e1d", sizeBytes).apply(7);

        assertThat(new String(payload, StandardCharsets.US_ASCII)).isEqualTo(expected);
    }
}
