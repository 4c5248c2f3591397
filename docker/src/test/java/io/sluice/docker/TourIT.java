package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The README's first tour, with each tool in a container of its own. */
@OnDockerEngine
class TourIT {
    private static Site site;

    @BeforeAll
    static void startBroker() {
        site = new Site();
        site.broker();
    }

    @AfterAll
    static void stopAll() {
        site.close();
    }

    @Test
    void aTopicReachesEverybody() {
        List<SluiceContainer> listeners =
                List.of(site.listen("-t", "/topic/weather", "-C", "3"), site.listen("-t", "/topic/weather", "-C", "3"));
        SluiceContainer sender = site.send("-t", "/topic/weather", "--count", "3", "--interval", "0.1");

        assertThat(sender.awaitExit()).isZero();
        assertThat(sender.err()).contains("sent 3, confirmed 3, in doubt 0, dropped 0");
        for (SluiceContainer listener : listeners) {
            assertThat(listener.awaitExit()).isZero();
            assertThat(texts(listener)).containsExactly("Msg 1", "Msg 2", "Msg 3");
        }
    }

    @Test
    void aQueueGivesEachMessageToOneInTurn() {
        List<SluiceContainer> listeners =
                List.of(site.listen("-t", "/queue/jobs", "-C", "2"), site.listen("-t", "/queue/jobs", "-C", "2"));
        SluiceContainer sender = site.send("-t", "/queue/jobs", "--count", "4", "--interval", "0.1");

        assertThat(sender.awaitExit()).isZero();
        listeners.forEach(listener -> assertThat(listener.awaitExit()).isZero());
        assertThat(listeners.stream().map(TourIT::texts))
                .containsExactlyInAnyOrder(List.of("Msg 1", "Msg 3"), List.of("Msg 2", "Msg 4"));
    }

    @Test
    void aQueueWaitsForItsListeners() {
        assertThat(site.send("-t", "/queue/later", "-m", "one", "--count", "3").awaitExit())
                .isZero();
        SluiceContainer listener = site.listen("-t", "/queue/later", "-C", "3");

        assertThat(listener.awaitExit()).isZero();
        assertThat(texts(listener)).isEqualTo(Stream.of("one", "one", "one").toList());
    }

    /** The messages, without who received them and who sent them. */
    private static List<String> texts(SluiceContainer listener) {
        return listener.lines().stream()
                .map(line -> line.replaceFirst("^Received by [0-9a-f]{8}: ", "").replaceFirst(" from [0-9a-f]{8}$", ""))
                .toList();
    }
}
