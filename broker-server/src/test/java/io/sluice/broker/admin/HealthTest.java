package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.broker.server.NativeClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What those are told who restart a broker or lead clients to it. */
final class HealthTest {
    private static Route route(String path, Map<String, Object> broker) {
        return new Health(BrokerStub.of(broker))
                .routes().stream()
                        .filter(route -> route.path().equals(path))
                        .findFirst()
                        .orElseThrow();
    }

    private static Answer ask(String path, Map<String, Object> broker) {
        return route(path, broker)
                .endpoint()
                .answer(new ApiRequest(Map.of(), Map.of(), Map.of(), new SessionCookies("", List.of())));
    }

    private static String body(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void isNotHealthyWhileAnEventLoopHangs() {
        Answer hanging = ask("/healthz", Map.of("eventLoopsAnswer", false));
        assertThat(hanging.status()).isEqualTo(HttpResponseStatus.SERVICE_UNAVAILABLE);
        assertThat(body(hanging)).isEqualTo("{\"status\":\"event_loops_do_not_answer\"}");

        Answer well = ask("/healthz", Map.of("eventLoopsAnswer", true));
        assertThat(well.status()).isEqualTo(HttpResponseStatus.OK);
        assertThat(body(well)).isEqualTo("{\"status\":\"ok\"}");
    }

    @Test
    void whoAsksForHealthKeepsNobodyWaiting() {
        assertThat(route("/healthz", Map.of()).seeker()).isEqualTo(Route.Seeker.PROBE);
    }

    @Test
    void onlyWhoIsReadyIsReady() {
        for (Readiness readiness : Readiness.values()) {
            Answer answer = ask("/readyz", Map.of("readiness", readiness));

            assertThat(answer.status())
                    .as(readiness.text())
                    .isEqualTo(
                            readiness == Readiness.READY
                                    ? HttpResponseStatus.OK
                                    : HttpResponseStatus.SERVICE_UNAVAILABLE);
            assertThat(body(answer)).isEqualTo("{\"status\":\"" + readiness.text() + "\"}");
        }
    }

    @Test
    void isNotReadyAboveTheMemoryBoundAndReadyWhenThereIsRoomAgain() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("native.max-frame", "64 KiB"));
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            String payload = "x".repeat(60_000);
            for (int i = 0; i < 40; i++) {
                publisher.publish("/queue/a", payload);
            }
            await().until(() -> admin.broker.counters().waitingMessages() == 40);
            assertThat(admin.get("/readyz").status()).isEqualTo(200);

            admin.broker.reload(admin.broker.config().with("memory.max", "1 MiB"));
            PlainHttp.Response full = admin.get("/readyz");
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.body()).isEqualTo("{\"status\":\"above_memory_bound\"}");

            assertThat(admin.post("/api/v1/destinations/purge", "{\"name\":\"/queue/a\"}")
                            .status())
                    .isEqualTo(200);
            await().untilAsserted(
                            () -> assertThat(admin.get("/readyz").status()).isEqualTo(200));
        }
    }
}
