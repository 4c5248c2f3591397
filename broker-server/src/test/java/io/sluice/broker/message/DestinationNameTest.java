package io.sluice.broker.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.broker.base.Seed;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DestinationNameTest {

    @ParameterizedTest
    @CsvSource({
        "/queue, QUEUE",
        "/queue/, QUEUE",
        "/queue/a, QUEUE",
        "/queue/a/b, QUEUE",
        "/queue//, QUEUE",
        "/queuefoo, TOPIC",
        "/queuefoo/a, TOPIC",
        "/queu, TOPIC",
        "/Queue/a, TOPIC",
        "queue/a, TOPIC",
        "//queue/a, TOPIC",
        "/topic/a, TOPIC",
        "/topic/queue, TOPIC",
        "/null, NOWHERE",
        "/null/, TOPIC",
        "/null/x, TOPIC",
        "/nullx, TOPIC",
        "null, TOPIC",
        "/NULL, TOPIC",
        "/, TOPIC",
        "a, TOPIC",
    })
    void itsFirstSegmentTellsTheKind(String name, DestinationKind kind) {
        assertThat(DestinationName.of(name).kind()).isEqualTo(kind);
    }

    @Test
    void isEqualWhenTheBytesAreAndOnlyThen() {
        assertThat(DestinationName.of("/topic/a")).isEqualTo(DestinationName.of("/topic/a"));
        assertThat(DestinationName.of("/topic/a")).hasSameHashCodeAs(DestinationName.of("/topic/a"));
        assertThat(DestinationName.of("/topic/a")).isNotEqualTo(DestinationName.of("/topic/a/"));
        assertThat(DestinationName.of("/topic/a")).isNotEqualTo(DestinationName.of("/topic/A"));
        assertThat(DestinationName.of("/topic/a")).isNotEqualTo("/topic/a");
        // One letter, composed and decomposed: they look alike and are two names.
        assertThat(DestinationName.of("/\u00fc")).isNotEqualTo(DestinationName.of("/u\u0308"));
    }

    @Test
    void orderAgreesWithEquality() {
        Seed.check(2_000, random -> {
            DestinationName one = DestinationName.of("/" + "abü".substring(random.nextInt(3)));
            DestinationName other = DestinationName.of("/" + "abü".substring(random.nextInt(3)));
            assertThat(one.compareTo(other) == 0).isEqualTo(one.equals(other));
            assertThat(Integer.signum(one.compareTo(other))).isEqualTo(-Integer.signum(other.compareTo(one)));
        });
        assertThat(new TreeSet<>(List.of(DestinationName.of("b"), DestinationName.of("a"), DestinationName.of("ab"))))
                .map(DestinationName::toString)
                .containsExactly("a", "ab", "b");
    }

    @Test
    void namesWhoseHashesCollideStayApart() {
        assertThat(DestinationName.of("/Aa")).hasSameHashCodeAs(DestinationName.of("/BB"));
        Set<DestinationName> names = new HashSet<>(List.of(DestinationName.of("/Aa"), DestinationName.of("/BB")));
        assertThat(names).hasSize(2);
    }

    @Test
    void recognisesItsBytesAnywhereInABuffer() {
        DestinationName name = DestinationName.of("/topic/ü");
        byte[] bytes = "/topic/ü".getBytes(StandardCharsets.UTF_8);
        ByteBuf buffer = Unpooled.buffer().writeBytes("xx".getBytes(StandardCharsets.UTF_8));
        buffer.writeBytes(bytes).writeByte('y');
        assertThat(name.matches(buffer, 2, bytes.length)).isTrue();
        assertThat(name.matches(buffer, 1, bytes.length)).isFalse();
        assertThat(name.matches(buffer, 2, bytes.length - 1)).isFalse();
        assertThat(name.matches(buffer, 2, bytes.length + 1)).isFalse();
        buffer.setByte(2 + bytes.length - 1, 'z');
        assertThat(name.matches(buffer, 2, bytes.length)).isFalse();
    }

    @Test
    void isMadeOfABufferWithoutMovingItsIndices() {
        ByteBuf buffer = Unpooled.copiedBuffer("../queue/ü..", StandardCharsets.UTF_8);
        DestinationName name = DestinationName.of(buffer, 2, 9);
        assertThat(name).hasToString("/queue/ü");
        assertThat(name.kind()).isEqualTo(DestinationKind.QUEUE);
        assertThat(buffer.readerIndex()).isZero();
        buffer.setZero(0, buffer.capacity());
        assertThat(name).hasToString("/queue/ü");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "$SYS/a", "/a/*", "/a\nb", "#"})
    void refusesInvalidNames(String name) {
        assertThatThrownBy(() -> DestinationName.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("invalid name: ");
    }
}
