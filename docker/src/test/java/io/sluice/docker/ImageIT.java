package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.Transferable;

/** What the image is, and how a container of it may be run. */
@OnDockerEngine
class ImageIT {
    @Test
    void isSmallAndKeepsNothingFromTheBuild() {
        DockerClient docker = DockerClientFactory.lazyClient();
        InspectImageResponse image = SluiceImage.inspect();
        long base = Objects.requireNonNull(
                docker.inspectImageCmd(SluiceImage.base()).exec().getSize());
        long own = Objects.requireNonNull(image.getSize()) - base;
        System.out.printf("image: %,d bytes, of which %,d are the base and %,d ours%n", base + own, base, own);
        assertThat(own).isLessThan(80_000_000);
        assertThat(Objects.requireNonNull(image.getConfig()).getUser()).isEqualTo("10001:10001");
        assertThat(image.getConfig().getEntrypoint()).containsExactly("/opt/sluice/bin/sluice");
        assertThat(image.getConfig().getCmd()).containsExactly("broker");
    }

    @Test
    void runsWithAReadOnlyRootWithoutCapabilitiesAndFromItsArchive() {
        try (Site site = new Site()) {
            SluiceContainer broker = site.broker(container ->
                    container.withCreateContainerCmdModifier(create -> Objects.requireNonNull(create.getHostConfig())
                            .withReadonlyRootfs(true)
                            .withCapDrop(Capability.ALL)
                            .withSecurityOpts(List.of("no-new-privileges"))));
            HostConfig host = broker.docker()
                    .inspectContainerCmd(broker.getContainerId())
                    .exec()
                    .getHostConfig();
            assertThat(host.getReadonlyRootfs()).isTrue();

            String ready = broker.awaitSaying("(.*ready at .*)");
            assertThat(ready).contains("ready at 0.0.0.0:25000: pid 1,").contains("(epoll)");
            // The archive is on its command line; that it is used shows in the time to start.
            assertThat(broker.outputOf("cat", "/proc/1/cmdline"))
                    .contains("-XX:SharedArchiveFile=/opt/sluice/archives/");
            assertThat(broker.outputOf("id", "-u").strip()).isEqualTo("10001");
            assertThat(broker.err()).isEmpty();
            assertThat(site.send("-m", "x").awaitExit()).isZero();
            printStartTimes(broker, ready);
        }
    }

    @Test
    void isConfiguredByVariablesAndByAFile() {
        try (Site site = new Site()) {
            SluiceContainer broker = site.broker(container -> container
                    .withEnv("SLUICE_CONF_DESTINATIONS_MAX", "777")
                    .withCopyToContainer(
                            Transferable.of("queues:\n  max-messages: 888\n", 0444), "/etc/sluice/sluice.yaml")
                    .withCommand("broker", "--config", "/etc/sluice/sluice.yaml"));
            assertThat(broker.awaitSaying("(.*ready at .*)")).contains("configuration /etc/sluice/sluice.yaml");
            String inForce =
                    broker.outputOf("sluice", "broker", "--config", "/etc/sluice/sluice.yaml", "--print-config");
            assertThat(inForce)
                    .containsPattern("max: 777 +# environment")
                    .containsPattern("max-messages: 888 +# file")
                    .containsPattern("host: 0.0.0.0 +# environment");
        }
    }

    @Test
    void saysWhatIsWrongAndEndsWithCodeTwo() {
        try (Site site = new Site()) {
            SluiceContainer broker = site.broken(Map.of("SLUICE_CONF_QUEUES_MAX_BYTES", "5"));
            assertThat(broker.awaitExit()).isEqualTo(2);
            assertThat(broker.err()).contains("queues.max-bytes").contains("unit");
        }
    }

    /** Measured and printed, for docs/DOCKER.md; what the machine does meanwhile is in it. */
    private static void printStartTimes(SluiceContainer broker, String ready) {
        Instant created = Instant.parse(Objects.requireNonNull(broker.docker()
                .inspectContainerCmd(broker.getContainerId())
                .exec()
                .getCreated()));
        Instant begun = Instant.parse(Objects.requireNonNull(broker.state().getStartedAt()));
        Instant said =
                OffsetDateTime.parse(ready.substring(0, ready.indexOf(' '))).toInstant();
        System.out.printf(
                "start: ready %d ms after docker run, %d ms after its process began, %s%n",
                Duration.between(created, said).toMillis(),
                Duration.between(begun, said).toMillis(),
                ready.substring(ready.lastIndexOf("started in")));
    }
}
