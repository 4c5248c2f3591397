package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import plainsocket.PlainClient;

/** Clients of the admin listener that mean no good are refused, cost little, and clients of the broker do not notice them. */
class AdminIT {
    private static final int SLOW_CLIENTS = 1000;
    private static final int TIMES_EACH = TestSize.pick(100, 1000);
    private static final int PINGS = TestSize.pick(1500, 5000);
    private static final int LEAST_ROUNDS = TestSize.pick(3, 9);
    private static final int MOST_ROUNDS = 19;
    private static final double MOST_SLOWER = 1.5;
    private static final long MOST_GROWTH_BYTES = 20L * 1024 * 1024;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DESCRIPTORS_BACK = Duration.ofSeconds(10);
    private static final String HEAD = " HTTP/1.1\r\nHost: localhost\r\n";
    private static final String JSON = "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

    /** What is sent, and the status it is answered with. */
    private static Map<String, Integer> refused() {
        Map<String, Integer> refused = new LinkedHashMap<>();
        refused.put("GET /readyz" + HEAD + "X: " + "a".repeat(9000) + "\r\n\r\n", 431);
        refused.put("GET /" + "a".repeat(5000) + HEAD + "\r\n", 414);
        refused.put(
                "POST /api/v1/drain" + HEAD + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
        refused.put("GET /../../../../etc/passwd" + HEAD + "\r\n", 404);
        refused.put("GET /%2e%2e/%2e%2e/etc/passwd" + HEAD + "\r\n", 404);
        refused.put("GET /api/v1/broker HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421);
        refused.put("GET /api/v1/broker" + HEAD + "Origin: http://evil.example\r\n\r\n", 403);
        refused.put("POST /api/v1/connections/c-1/disconnect" + HEAD + JSON, 401);
        refused.put("POST /api/v1/destinations/purge" + HEAD + "Authorization: Bearer wrong\r\n" + JSON, 401);
        return refused;
    }

    @Test
    void whoMeansNoGoodIsRefusedAndCostsNobodyElseAnything() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start("admin");
                WorkingPair pair = new WorkingPair(broker, "/topic/working")) {
            AdminClient operator = new AdminClient(broker);
            warmUp(broker, operator, pair);
            long residentBefore = broker.residentBytes();
            long descriptorsBefore = broker.openDescriptors();
            long mostResident;
            try (SlowClients slow = new SlowClients(broker.adminPort(), SLOW_CLIENTS)) {
                slow.start();
                slow.awaitRounds(2);
                for (Map.Entry<String, Integer> each : refused().entrySet()) {
                    for (int i = 0; i < TIMES_EACH; i++) {
                        assertThat(status(broker, each.getKey()))
                                .as(each.getKey())
                                .isEqualTo(each.getValue());
                    }
                    assertThat(operator.get("/healthz").statusCode()).isEqualTo(200);
                }
                slow.awaitRounds(12);
                assertThat(operator.get("/api/v1/broker").statusCode()).isEqualTo(200);
                mostResident = broker.residentBytes();
                System.out.printf(
                        "%d slow clients, closed %d times; VmRSS %d -> %d KiB; %s%n",
                        SLOW_CLIENTS, slow.closed(), residentBefore / 1024, mostResident / 1024, pair);
                assertThat(slow.closed()).isGreaterThan(SLOW_CLIENTS);
            }
            assertThat(mostResident - residentBefore).isLessThan(MOST_GROWTH_BYTES);
            await("descriptors are back")
                    .atMost(DESCRIPTORS_BACK)
                    .until(() -> broker.openDescriptors() <= descriptorsBefore + 2);
            pair.awaitMore(1_000);
            pair.finish();
            assertThat(broker.isAlive()).isTrue();
        }
    }

    /** Medians over rounds, each between two controls; more rounds while a busy machine makes it look worse than it is. */
    @Test
    void clientsOfTheBrokerDoNotWaitLongerForIt() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start("admin-latency");
                PlainClient client = new PlainClient(broker.host(), broker.port())) {
            client.subscribe("/topic/ping");
            p99Us(client);
            List<Double> ratios = new ArrayList<>();
            double before = p99Us(client);
            double median;
            do {
                double meanwhile;
                try (SlowClients slow = new SlowClients(broker.adminPort(), SLOW_CLIENTS)) {
                    slow.start();
                    slow.awaitRounds(2);
                    meanwhile = p99Us(client);
                }
                double after = p99Us(client);
                ratios.add(2 * meanwhile / (before + after));
                before = after;
                double[] sorted = ratios.stream()
                        .mapToDouble(Double::doubleValue)
                        .sorted()
                        .toArray();
                median = sorted[sorted.length / 2];
            } while (ratios.size() < LEAST_ROUNDS || median > MOST_SLOWER && ratios.size() < MOST_ROUNDS);
            System.out.printf(
                    "p99 with %d slow clients beside: %.2f of the control, median of %s%n",
                    SLOW_CLIENTS, median, ratios);
            assertThat(median).isLessThanOrEqualTo(MOST_SLOWER);
        }
    }

    /** Until memory no longer grows by what every broker does when it is first asked. */
    private static void warmUp(BrokerProcess broker, AdminClient operator, WorkingPair pair) throws Exception {
        for (int i = 0; i < 50; i++) {
            assertThat(operator.get("/metrics").statusCode()).isEqualTo(200);
            assertThat(operator.get("/healthz").statusCode()).isEqualTo(200);
            for (String request : refused().keySet()) {
                status(broker, request);
            }
        }
        pair.awaitMore(10_000);
    }

    private static int status(BrokerProcess broker, String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", broker.adminPort())) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String line = reader.readLine();
            assertThat(line).as("the answer to " + request).isNotNull();
            return Integer.parseInt(line.split(" ", -1)[1]);
        }
    }

    /** How long all but one of a hundred messages take to come back, in microseconds. */
    private static double p99Us(PlainClient client) throws IOException {
        long[] tookNs = new long[PINGS];
        byte[] payload = PlainClient.utf8("ping");
        for (int i = 0; i < PINGS; i++) {
            long beganNs = System.nanoTime();
            client.publish("/topic/ping", payload);
            client.receive();
            tookNs[i] = System.nanoTime() - beganNs;
        }
        Arrays.sort(tookNs);
        return tookNs[PINGS * 99 / 100] / 1e3;
    }
}
