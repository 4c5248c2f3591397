package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

/** The broker's container is killed and started again, under a listener and a sender. */
@OnDockerEngine
class KilledBrokerIT {
    @Test
    void listenerAndSenderComeBackByThemselves() {
        try (Site site = new Site()) {
            SluiceContainer broker = site.broker();
            SluiceContainer listener = site.listen("-t", "/topic/news");
            SluiceContainer sender = site.send("-t", "/topic/news", "--rate", "50");
            listener.awaitSaying("Msg 10 from");

            broker.kill("SIGKILL");
            assertThat(broker.awaitExit()).isEqualTo(137);
            listener.awaitSaying("lost the connection to ");
            broker.startAgain();

            listener.awaitSaying("connected again after ([0-9.]+) s for /topic/news");
            sender.awaitSaying("connected again after ([0-9.]+) s");
            long before = listener.lines().size();
            await().atMost(Site.PATIENCE).until(() -> listener.lines().size() > before + 10);

            sender.kill("SIGINT");
            sender.awaitExit();
            assertThat(sender.err()).containsPattern("sent \\d+, confirmed \\d+, in doubt \\d+, dropped 0");
        }
    }
}
