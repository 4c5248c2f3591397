package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import plainsocket.PlainClient;

/** A scrape of a broker with very many clients and destinations stays small and quick. */
class ScrapeIT {
    private static final int CONNECTIONS = TestSize.pick(2_000, 10_000);
    private static final int DESTINATIONS = 1_000;
    private static final int SCRAPES = 15;
    private static final long MOST_BYTES = 2_000_000;
    private static final long MOST_MS = 200;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Pattern SUBSCRIBERS = Pattern.compile("(?m)^sluice_subscribers (\\S+)$");

    @Test
    void isBelowTwoMegabytesAndAFifthOfASecond() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start("scrape");
                ManyClients clients = new ManyClients(broker.port(), CONNECTIONS, DESTINATIONS);
                PlainClient publisher = new PlainClient(broker.host(), broker.port())) {
            AdminClient operator = new AdminClient(broker);
            await("all are subscribed")
                    .atMost(TIMEOUT)
                    .until(() -> subscribers(operator.get("/metrics")) == CONNECTIONS);
            for (int i = 0; i < DESTINATIONS; i++) {
                publisher.publish("/topic/many-" + i, PlainClient.utf8("message " + i));
            }
            long[] tookMs = new long[SCRAPES];
            long bytes = 0;
            for (int i = 0; i < SCRAPES; i++) {
                long beganNs = System.nanoTime();
                HttpResponse<String> scrape = operator.get("/metrics");
                tookMs[i] = (System.nanoTime() - beganNs) / 1_000_000;
                bytes = scrape.body().getBytes(StandardCharsets.UTF_8).length;
            }
            Arrays.sort(tookMs);
            System.out.printf(
                    "%d connections, %d destinations: a scrape has %d bytes and takes %d ms (median of %s)%n",
                    CONNECTIONS, DESTINATIONS, bytes, tookMs[SCRAPES / 2], Arrays.toString(tookMs));
            assertThat(bytes).isLessThan(MOST_BYTES);
            assertThat(tookMs[SCRAPES / 2])
                    .as("median of the time of a scrape in ms")
                    .isLessThan(MOST_MS);
        }
    }

    private static int subscribers(HttpResponse<String> scrape) {
        Matcher found = SUBSCRIBERS.matcher(scrape.body());
        return found.find() ? (int) Double.parseDouble(found.group(1)) : -1;
    }
}
