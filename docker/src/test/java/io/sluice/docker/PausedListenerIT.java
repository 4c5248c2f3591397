package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** One of two listeners is paused: the other is none the worse, and who is slow can be seen. */
@OnDockerEngine
class PausedListenerIT {
    private static final int MESSAGES = 20_000;
    private static final int A_SECOND = 2_000;
    private static final double NOISE = 0.8;

    @Test
    void theOtherKeepsItsRateAndTheSlowOneIsSeen() {
        try (Site site = new Site()) {
            SluiceContainer broker =
                    site.broker(container -> AdminApi.opened(container).withEnv(smallBounds()));
            AdminApi api = AdminApi.of(broker);
            SluiceContainer paused = site.listen("-t", "/topic/busy", "-q");

            double together = rateOfAListener(site);
            paused.pause();
            double beside = rateOfAListener(site);

            System.out.printf("rate beside a paused listener / beside a working one: %.2f%n", beside / together);
            assertThat(beside).isGreaterThan(NOISE * together);
            // Both listeners of rateOfAListener() are gone.
            await().atMost(Site.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(api.metric("sluice_subscribers_slow")).isEqualTo(1));
            JsonNode first = api.json("/api/v1/connections?sort=backlog&state=open")
                    .path("items")
                    .path(0);
            assertThat(first.path("subscribed_to").asString()).isEqualTo("/topic/busy");
            assertThat(first.path("subscriber").path("slow").asBoolean()).isTrue();
            assertThat(first.path("subscriber").path("slow_since").asString()).startsWith("20");
            assertThat(first.path("subscriber").path("dropped").asLong()).isPositive();
            broker.awaitSaying("(slow subscriber .*, /topic/busy)");

            paused.unpause();
            broker.awaitSaying("(slow subscriber .* caught up after )");
            await().atMost(Site.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(api.metric("sluice_subscribers_slow")).isZero());
        }
    }

    /** Messages a second that a listener gets of those sent at a fixed rate, none of which it misses. */
    private static double rateOfAListener(Site site) {
        SluiceContainer listener = site.listen("-t", "/topic/busy", "-C", Integer.toString(MESSAGES), "-q");
        SluiceContainer sender =
                site.send("-t", "/topic/busy", "--count", "" + MESSAGES, "--rate", "" + A_SECOND, "--size", "2000");
        assertThat(sender.awaitExit()).isZero();
        assertThat(listener.awaitExit()).isZero();
        return MESSAGES / Double.parseDouble(listener.awaitSaying("over ([0-9.]+) s"));
    }

    /** So that it does not take long until a bound is reached. */
    static Map<String, String> smallBounds() {
        return Map.of(
                "SLUICE_CONF_NATIVE_MAX_FRAME", "64 KiB",
                "SLUICE_CONF_DELIVERY_SEND_QUEUE_MAX_BYTES", "2 MiB");
    }
}
