package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.ContainerNetwork;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The broker is cut from the network, so that nothing says goodbye, and put back. */
@OnDockerEngine
class NetworkCutIT {
    @Test
    void listenersComeBackByThemselvesAndSayHowLongTheyWereAway() {
        try (Site site = new Site()) {
            SluiceContainer broker = site.broker();
            List<SluiceContainer> listeners =
                    List.of(site.listen("-t", "/topic/news"), site.listen("-t", "/topic/news"));
            assertThat(site.send("-t", "/topic/news", "-m", "before").awaitExit())
                    .isZero();
            listeners.forEach(listener -> listener.awaitSaying(": before"));

            broker.docker()
                    .disconnectFromNetworkCmd()
                    .withContainerId(broker.getContainerId())
                    .withNetworkId(site.network())
                    .exec();
            // After a minute of silence, as nobody tells them.
            listeners.forEach(listener -> listener.awaitSaying("lost the connection to "));
            broker.docker()
                    .connectToNetworkCmd()
                    .withContainerId(broker.getContainerId())
                    .withNetworkId(site.network())
                    .withContainerNetwork(new ContainerNetwork().withAliases("broker"))
                    .exec();

            for (SluiceContainer listener : listeners) {
                String seconds = listener.awaitSaying("connected again after ([0-9.]+) s for /topic/news");
                assertThat(Double.parseDouble(seconds)).isPositive();
            }
            assertThat(site.send("-t", "/topic/news", "-m", "after").awaitExit())
                    .isZero();
            listeners.forEach(listener -> listener.awaitSaying(": after"));
        }
    }
}
