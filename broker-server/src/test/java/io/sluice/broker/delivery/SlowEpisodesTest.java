package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.metrics.SlowEpisode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SlowEpisodesTest {
    private final SlowEpisodes episodes = new SlowEpisodes();

    @Test
    void oneThatLastsHasNoEnd() {
        assertThat(episodes.list(0)).isEmpty();
        episodes.start(10);
        episodes.holds(5, 500);
        episodes.holds(3, 900);
        assertThat(episodes.isSlow()).isTrue();
        SlowEpisode now = episodes.list(14).get(0);
        assertThat(now.start()).isEqualTo(episodes.since());
        assertThat(now.end()).isNull();
        assertThat(now.peakMessages()).isEqualTo(5);
        assertThat(now.peakBytes()).isEqualTo(900);
        assertThat(now.lostMessages()).isEqualTo(4);
    }

    @Test
    void oneThatIsOverIsKeptAsItWas() {
        episodes.start(0);
        episodes.holds(5, 500);
        episodes.end(7);
        episodes.end(8);
        assertThat(episodes.isSlow()).isFalse();
        assertThat(episodes.since()).isNull();
        episodes.start(7);
        episodes.holds(1, 100);
        episodes.end(7);
        List<SlowEpisode> all = episodes.list(7);
        assertThat(all).extracting(SlowEpisode::lostMessages).containsExactly(0L, 7L);
        assertThat(all).extracting(SlowEpisode::peakMessages).containsExactly(1L, 5L);
        assertThat(all).allSatisfy(episode -> assertThat(episode.end()).isAfterOrEqualTo(episode.start()));
    }

    @Test
    void theLastTwentyAreKept() {
        for (int i = 1; i <= 25; i++) {
            episodes.start(0);
            episodes.end(i);
        }
        assertThat(episodes.list(0)).hasSize(20);
        assertThat(episodes.list(0).get(0).lostMessages()).isEqualTo(25);
        assertThat(episodes.list(0).get(19).lostMessages()).isEqualTo(6);
        episodes.start(0);
        assertThat(episodes.list(0)).hasSize(20);
        assertThat(episodes.list(0).get(19).lostMessages()).isEqualTo(7);
    }
}
