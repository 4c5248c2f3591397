package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.HealthCheck;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Who is served by the admin listener of a container, and what the engine makes of its health. */
@OnDockerEngine
class AdminListenerIT {
    @Test
    void isHealthyUntilItHangs() {
        try (Site site = new Site()) {
            SluiceContainer broker = site.broker(container -> container.withCreateContainerCmdModifier(create ->
                    // As often as the engine likes; the rest is as in the image.
                    create.withHealthcheck(new HealthCheck().withInterval(1_000_000_000L))));
            awaitHealth(broker, "healthy");
            // Whoever runs a tool is no broker, and not unhealthy for that.
            assertThat(site.listen().execute("/opt/sluice/docker/healthcheck")).isZero();

            broker.kill("SIGSTOP");
            awaitHealth(broker, "unhealthy");
            broker.kill("SIGCONT");
            awaitHealth(broker, "healthy");
        }
    }

    @Test
    void opensTheAdminListenerToOthersForATokenFileOnly() {
        try (Site site = new Site()) {
            SluiceContainer broker = site.broken(Map.of("SLUICE_CONF_ADMIN_HOST", "0.0.0.0"));
            assertThat(broker.awaitExit()).isNotZero();
            assertThat(broker.getLogs()).contains("admin.token-file");

            SluiceContainer opened = site.broker(AdminApi::opened);
            AdminApi api = AdminApi.of(opened);
            assertThat(api.get("/metrics", AdminApi.TOKEN).statusCode()).isEqualTo(200);
            assertThat(api.get("/metrics", "wrong").statusCode()).isEqualTo(401);
            assertThat(api.get("/healthz", "wrong").statusCode()).isEqualTo(401);
            awaitHealth(opened, "healthy");
        }
    }

    private static void awaitHealth(SluiceContainer broker, String status) {
        await("container is " + status)
                .atMost(Site.PATIENCE)
                .until(() -> status.equals(
                        Objects.requireNonNull(broker.state().getHealth()).getStatus()));
    }
}
