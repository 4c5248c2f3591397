package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TerminalTextTest {
    @Test
    void printableTextStaysAsItIs() throws IOException {
        String text = "{\"price\": 1.5, \"path\": \"C:\\temp\"} Grüße 世界 🎉";

        assertThat(shown(text)).isEqualTo(text);
    }

    @Test
    void nothingStaysNothing() throws IOException {
        assertThat(shown("")).isEmpty();
    }

    @Test
    void lineEndsAndTabsAreEscaped() throws IOException {
        assertThat(shown("a\r\nb\tc")).isEqualTo("a\\r\\nb\\tc");
    }

    @Test
    void terminalCommandsAreEscaped() throws IOException {
        assertThat(shown("\u001b[31mred\u0007\u007f\u0000")).isEqualTo("\\x1b[31mred\\x07\\x7f\\x00");
    }

    @Test
    void controlCharactersBeyondAsciiAreEscaped() throws IOException {
        assertThat(shown("\u009b2J")).isEqualTo("\\u009b2J");
    }

    @Test
    void charactersThatTurnTheDirectionOfWritingAreEscaped() throws IOException {
        assertThat(shown("a\u202eb\u2028c")).isEqualTo("a\\u202eb\\u2028c");
    }

    @Test
    void joinersInEmojiStay() throws IOException {
        String family = "👩\u200d👧";

        assertThat(shown(family)).isEqualTo(family);
    }

    @Test
    void bytesThatAreNoUtf8AreShownInHexadecimal() throws IOException {
        byte[] bytes = {'a', (byte) 0xff, 'b', (byte) 0xc0, (byte) 0xaf, (byte) 0xe2, (byte) 0x82};

        assertThat(shown(bytes)).isEqualTo("a\\xffb\\xc0\\xaf\\xe2\\x82");
    }

    @Test
    void longTextIsShownWhole() throws IOException {
        String text = "€🎉".repeat(5_000);

        assertThat(shown(text)).isEqualTo(text);
    }

    @Test
    void onlyTheRemainingBytesAreShown() throws IOException {
        ByteBuffer part = ByteBuffer.wrap("xx\u0001abc\u0002xx".getBytes(StandardCharsets.US_ASCII), 2, 5);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        TerminalText.write(part, out);

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("\\x01abc\\x02");
    }

    private static String shown(String text) throws IOException {
        return shown(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String shown(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TerminalText.write(ByteBuffer.wrap(bytes), out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
