package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.base.ManualClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SlowEpisodeLogTest {
    private final ManualClock clock = new ManualClock();
    private final SlowLines slowLines = new SlowLines(clock);
    private final SlowEpisodeLog log = new SlowEpisodeLog("c-1 (10.0.0.7:4711, /topic/prices)", slowLines);
    private final LogLines lines = LogLines.of("io.sluice.slow");

    @AfterEach
    void detach() {
        lines.close();
    }

    @Test
    void saysWhoWhereHowMuchWhatToDoAndWhatWasLost() {
        log.started(clock.nowNs(), 12, 3456, 100, "raise the bound");
        clock.advanceMs(1_500);
        log.ended(clock.nowNs(), "caught up", 107);
        assertThat(lines.lines())
                .containsExactly(
                        "WARN slow subscriber c-1 (10.0.0.7:4711, /topic/prices): 12 messages are queued for it, 3456 bytes of"
                                + " memory; raise the bound",
                        "WARN slow subscriber c-1 (10.0.0.7:4711, /topic/prices) caught up after 1500 ms; lost 7 messages");
    }

    @Test
    void oneEpisodeIsOnePairThoughItIsReportedAgain() {
        start(0);
        start(5);
        log.tick(clock.nowNs(), 1, 1, "");
        end(10);
        end(20);
        assertThat(lines.lines()).hasSize(2);
        assertThat(lines.lines().get(1)).endsWith("lost 10 messages");
    }

    @Test
    void episodesWithinTheMinuteAreMergedIntoTheNextLine() {
        start(0);
        end(0);
        for (int i = 0; i < 3; i++) {
            clock.advanceMs(10_000);
            start(100L * i);
            end(100L * i + 4);
        }
        assertThat(lines.lines()).hasSize(2);
        clock.advanceMs(30_000);
        start(500);
        assertThat(lines.lines()).hasSize(3);
        assertThat(lines.lines().get(2)).contains("since the last such line 3 shorter episodes, 12 messages lost");
        end(501);
        clock.advanceMs(60_000);
        start(600);
        assertThat(lines.lines().get(4)).doesNotContain("since the last such line");
    }

    @Test
    void anEpisodeThatBeganUnannouncedIsAnnouncedWhenTheMinuteIsOver() {
        start(0);
        end(0);
        clock.advanceMs(1_000);
        start(10);
        for (int i = 0; i < 58; i++) {
            clock.advanceMs(1_000);
            log.tick(clock.nowNs(), 5, 6, "remedy");
        }
        assertThat(lines.lines()).hasSize(2);
        clock.advanceMs(1_000);
        log.tick(clock.nowNs(), 5, 6, "remedy");
        log.tick(clock.nowNs(), 5, 6, "remedy");
        assertThat(lines.lines()).hasSize(3);
        end(25);
        assertThat(lines.lines().get(3)).contains("after 59000 ms").endsWith("lost 15 messages");
    }

    @Test
    void anEpisodeWithoutLossEndsAsInformation() {
        start(3);
        end(3);
        assertThat(lines.lines().get(1)).startsWith("INFO").endsWith("lost 0 messages");
    }

    @Test
    void whatWasMergedIsSaidThoughItIsSlowNoMore() {
        start(0);
        end(0);
        clock.advanceMs(1_000);
        start(10);
        end(17);
        clock.advanceMs(118_999);
        log.tick(clock.nowNs(), 0, 0, "remedy");
        assertThat(lines.lines()).hasSize(2);
        clock.advanceMs(1);
        log.tick(clock.nowNs(), 0, 0, "remedy");
        log.tick(clock.nowNs(), 0, 0, "remedy");
        assertThat(lines.lines()).hasSize(3);
        assertThat(lines.lines().get(2))
                .isEqualTo(
                        "WARN slow subscriber c-1 (10.0.0.7:4711, /topic/prices): 1 episodes since the last such line, 7"
                                + " messages lost; it is not slow now");
    }

    @Test
    void whatWasMergedIsSaidWhenItLeaves() {
        start(0);
        end(0);
        start(10);
        log.left(clock.nowNs(), 30);
        assertThat(lines.lines()).hasSize(3);
        assertThat(lines.lines().get(2)).contains(": 1 episodes").contains(" 20 messages lost");
    }

    @Test
    void atMostOnePairAMinuteHoweverItFlaps() {
        for (int second = 0; second < 600; second++) {
            start(second);
            clock.advanceMs(500);
            log.tick(clock.nowNs(), 1, 1, "");
            end(second);
            clock.advanceMs(500);
            log.tick(clock.nowNs(), 1, 1, "");
        }
        assertThat(lines.lines().stream().filter(line -> line.contains("are queued for it")))
                .hasSize(10);
        assertThat(lines.lines().stream().filter(line -> line.contains("caught up")))
                .hasSize(10);
    }

    @Test
    void clientsThatComeAndGoDoNotFillTheLog() {
        for (int i = 0; i < 150; i++) {
            SlowEpisodeLog ofOne = new SlowEpisodeLog("c-" + i, slowLines);
            ofOne.started(clock.nowNs(), 5, 6, 0, "remedy");
            ofOne.left(clock.nowNs(), 7);
        }
        assertThat(lines.lines()).hasSize(200);
        clock.advanceMs(60_000);
        slowLines.tick();
        slowLines.tick();
        assertThat(lines.lines()).hasSize(201);
        assertThat(lines.lines().get(200)).isEqualTo("WARN 50 more subscribers were slow, and have left");
    }

    @Test
    void whoStaysSlowIsNamedWhenThereIsRoom() {
        for (int i = 0; i < 100; i++) {
            assertThat(slowLines.allows()).isTrue();
        }
        start(0);
        log.tick(clock.nowNs(), 5, 6, "remedy");
        assertThat(lines.lines()).isEmpty();
        clock.advanceMs(60_000);
        log.tick(clock.nowNs(), 5, 6, "remedy");
        assertThat(lines.lines()).singleElement().asString().contains("5 messages are queued for it");
    }

    @Test
    void theEndOfNothingSaysNothing() {
        end(0);
        log.tick(clock.nowNs(), 1, 1, "");
        assertThat(lines.lines()).isEmpty();
    }

    private void start(long dropped) {
        log.started(clock.nowNs(), 5, 6, dropped, "remedy");
    }

    private void end(long dropped) {
        log.ended(clock.nowNs(), "caught up", dropped);
    }
}
