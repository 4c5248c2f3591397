package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.admin.PlainHttp.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Settings, log levels and the end, as operators ask for them. */
final class DaemonApiTest {
    @Test
    void aReloadTellsWhatHasChanged() throws IOException {
        try (AdminFixture admin = new AdminFixture()) {
            Object answer = JsonTree.parse(admin.post("/api/v1/reload", "{}").body());

            List<Map<String, Object>> changes = JsonTree.at(answer, "changes");
            assertThat(changes)
                    .containsExactly(
                            Map.of("key", "listen.port", "old", "25000", "new", "0", "effect", "restart"),
                            Map.of("key", "memory.max", "old", "auto", "new", "1 GiB", "effect", "live"));
        }
    }

    @Test
    void aBadConfigurationChangesNothingAndIsTold() throws IOException {
        try (AdminFixture admin = new AdminFixture()) {
            admin.daemon.findWrong("too large");

            Response response = admin.post("/api/v1/reload", "{}");

            assertThat(response.status()).isEqualTo(422);
            List<Object> problems = JsonTree.at(JsonTree.parse(response.body()), "problems");
            assertThat(problems).containsExactly("memory.max: too large");
        }
    }

    @Test
    void logLevelsChange() throws IOException {
        try (AdminFixture admin = new AdminFixture()) {
            assertThat(admin.post("/api/v1/log-levels", "{\"logger\":\"io.sluice.x\",\"level\":\"debug\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(admin.get("/api/v1/log-levels").body())
                    .contains("{\"logger\":\"io.sluice.x\",\"level\":\"debug\"}");
            assertThat(admin.post("/api/v1/log-levels", "{\"logger\":\"io.sluice.x\",\"level\":\"loud\"}")
                            .status())
                    .isEqualTo(400);
            assertThat(admin.post("/api/v1/log-levels", "{\"logger\":\"x\",\"level\":\"debug\"}")
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void drainingBeginsAndShows() throws IOException {
        try (AdminFixture admin = new AdminFixture()) {
            assertThat(admin.post("/api/v1/drain", "{\"leave_over_ms\":86400001}")
                            .status())
                    .isEqualTo(400);
            assertThat(admin.get("/readyz").status()).isEqualTo(200);
            assertThat(admin.post("/api/v1/drain", "{\"leave_over_ms\":0}").status())
                    .isEqualTo(202);

            await().untilAsserted(() -> assertThat(admin.get("/readyz").body()).isEqualTo("{\"status\":\"draining\"}"));
        }
    }
}
