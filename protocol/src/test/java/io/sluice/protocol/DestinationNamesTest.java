package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DestinationNamesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/topic/a",
                "/",
                "//",
                "a",
                "/a//b/",
                " ",
                "~",
                "/queue/ü",
                "/\u00a0",
                "/日本語",
                "/\ud83d\ude00",
                "/\uffff",
                "/a*",
                "/**",
                "/*a/b",
                "/a/+b",
                "/a$",
                "/$",
                "/>>",
                "/\\",
            })
    void takesValidNames(String name) {
        assertThat(problem(name)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'it is empty'",
        "$SYS, 'names that begin with $ are kept for the system'",
        "$, 'names that begin with $ are kept for the system'",
        "/a/*, 'the segment * is kept for wildcards'",
        "*, 'the segment * is kept for wildcards'",
        "#/a, 'the segment # is kept for wildcards'",
        "/+/a, 'the segment + is kept for wildcards'",
        "/a/>/, 'the segment > is kept for wildcards'",
        "'/a\u0000', 'control character U+0000 at byte 2'",
        "'\u001f', 'control character U+001F at byte 0'",
        "'/\u007f', 'control character U+007F at byte 1'",
        "'/ü\u0080', 'control character U+0080 at byte 3'",
        "'/\u009f', 'control character U+009F at byte 1'",
    })
    void refusesAndSaysWhy(String name, String why) {
        assertThat(problem(name)).isEqualTo(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // no sequence begins so
                "2fbf", //
                "2fc3", // cut
                "2fe6",
                "2fe697",
                "2ff09f98", //
                "c0af",
                "c1bf",
                "e080af",
                "e09fbf",
                "f0808080",
                "f08fbfbf", // overlong
                "eda080",
                "edbfbf", // surrogates
                "f4908080",
                "f5808080",
                "ff",
                "fe", // beyond U+10FFFF
                "c328",
                "e62828",
                "f09f2880", // no continuation
            })
    void refusesWhatIsNotUtf8(String hex) {
        byte[] name = HexFormat.of().parseHex(hex);
        assertThat(DestinationNames.problem(name)).startsWith("not UTF-8 at byte ");
        assertThat(isValid(name)).as("what the tests compare with").isFalse();
    }

    @Test
    void takesUpTo1024BytesAndNoMore() {
        assertThat(problem("a".repeat(1024))).isNull();
        assertThat(problem("ü".repeat(512))).isNull();
        assertThat(problem("a".repeat(1025))).isEqualTo("it has 1025 bytes, at most 1024 are allowed");
        assertThat(problem("ü".repeat(513))).isEqualTo("it has 1026 bytes, at most 1024 are allowed");
    }

    @Test
    void looksAtTheGivenBytesOfABufferOnly() {
        ByteBuf buffer = Unpooled.copiedBuffer("$\u0000/topic/a\u0000", StandardCharsets.US_ASCII);
        assertThat(DestinationNames.problem(buffer, 2, 8)).isNull();
        assertThat(DestinationNames.problem(buffer, 2, 9)).isEqualTo("control character U+0000 at byte 8");
        assertThat(DestinationNames.problem(buffer, 0, 3)).startsWith("names that begin with $");
        assertThat(DestinationNames.problem(buffer, 2, 0)).isEqualTo("it is empty");
        assertThat(buffer.readerIndex()).isZero();
    }

    @Test
    void saysHowLongATooLongNameInABufferIs() {
        ByteBuf buffer = Unpooled.copiedBuffer("a".repeat(5_000), StandardCharsets.US_ASCII);
        assertThat(DestinationNames.problem(buffer, 0, 5_000)).isEqualTo("it has 5000 bytes, at most 1024 are allowed");
    }

    @Test
    void everyCodePointIsTakenUnlessItIsAControlCharacter() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                continue;
            }
            boolean control = codePoint <= 0x1f || codePoint >= 0x7f && codePoint <= 0x9f;
            String problem = problem("/n" + Character.toString(codePoint));
            if (control != (problem != null)) {
                assertThat(problem).as("U+%04X", codePoint).isEqualTo(control ? "a control character" : null);
            }
        }
    }

    @Test
    void everyTwoBytesAreJudgedAsAPlainDecoderDoes() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                assertJudgedRightly(new byte[] {'n', (byte) first, (byte) second});
            }
        }
    }

    @Test
    void randomNamesAreJudgedAsAPlainDecoderDoes() {
        Seed.check(300_000, random -> assertJudgedRightly(randomName(random)));
    }

    private static void assertJudgedRightly(byte[] name) {
        String problem = DestinationNames.problem(name);
        if (isValid(name) != (problem == null)) {
            assertThat(problem).as("%s", HexFormat.of().formatHex(name)).isEqualTo(isValid(name) ? null : "something");
        }
    }

    /** The same rules, written down in another way. */
    private static boolean isValid(byte[] name) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(name))
                    .toString();
        } catch (CharacterCodingException e) {
            return false;
        }
        return name.length >= 1
                && name.length <= 1024
                && !text.startsWith("$")
                && text.chars().noneMatch(Character::isISOControl)
                && List.of(text.split("/", -1)).stream().noneMatch(List.of("*", "#", "+", ">")::contains);
    }

    /** Mostly near the edges: valid text of all lengths of sequences, with a byte changed, cut or added. */
    private static byte[] randomName(Random random) {
        StringBuilder text = new StringBuilder();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            switch (random.nextInt(8)) {
                case 0 -> text.append('/');
                case 1 -> text.append("*#+>$".charAt(random.nextInt(5)));
                case 2 -> text.append((char) random.nextInt(0x100));
                case 3 -> text.append((char) random.nextInt(0x900));
                case 4 -> text.append((char) random.nextInt(0xd800));
                case 5 -> text.append((char) (0xe000 + random.nextInt(0x2000)));
                case 6 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        byte[] name = text.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length == 0) {
            return name;
        }
        switch (random.nextInt(4)) {
            case 0 -> name[random.nextInt(name.length)] = (byte) random.nextInt(256);
            case 1 -> name[random.nextInt(name.length)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> name = Arrays.copyOf(name, random.nextInt(name.length) + 1);
            default -> {}
        }
        return name;
    }

    private static String problem(String name) {
        return DestinationNames.problem(name.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            /queue,     true
            /queue/,    true
            /queue/a/b, true
            /queuefoo,  false
            /queu,      false
            queue/a,    false
            /topic/a,   false
            /null,      false
            """)
    void aQueueIsToldByItsFirstSegment(String name, boolean isQueue) {
        assertThat(DestinationNames.isQueue(name.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(isQueue);
    }
}
