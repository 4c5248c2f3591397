package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class CheckCommandTest {
    private static final String QUIET = FakeAdmin.BROKER
            .replace("\"slow_subscribers\":1", "\"slow_subscribers\":0")
            .replace("\"dropped\":500", "\"dropped\":0");
    private static final String EMPTY = "{\"total\":0,\"offset\":0,\"limit\":100,\"items\":[]}";

    private final FakeAdmin broker = new FakeAdmin();

    @AfterEach
    void closeBroker() {
        broker.close();
    }

    private RunningCommand check(String... options) {
        List<String> arguments = new ArrayList<>(List.of("check", "--admin", broker.address()));
        arguments.addAll(List.of(options));
        return RunningCommand.start(arguments.toArray(new String[0]));
    }

    private void isQuiet() {
        broker.answer("GET /api/v1/broker", 200, QUIET);
        broker.answer("GET /api/v1/destinations", 200, EMPTY);
        broker.answer("GET /api/v1/connections?state=open", 200, EMPTY);
    }

    @Test
    void aHealthyBrokerIsOkWithAllItsFigures() throws Exception {
        isQuiet();
        RunningCommand check = check();

        assertThat(check.exitCode()).isZero();
        assertThat(check.err()).isEmpty();
        assertThat(check.out())
                .isEqualTo("SLUICE OK - ready; event loops answer; 64.0 MiB of 640.0 MiB memory; 0 slow subscribers; "
                        + "no message waits; 0 messages dropped per second; 0 publishers wait; "
                        + "event loops late by at most 12 ms | ready=1;;;0 healthy=1;;;0 memory=10%;80;95;0 "
                        + "slow_subscribers=0;1;10;0 backlog_age=0s;60;600;0 drops=0;1;1000;0 "
                        + "waiting_publishers=0;1;10;0 event_loop_delay=0.012s;0.1;1;0\n");
    }

    @Test
    void aSlowSubscriberIsAWarningWithWhoAndSinceWhen() throws Exception {
        RunningCommand check = check();

        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.out())
                .startsWith(
                        "SLUICE WARNING - 1 slow subscriber, c-2 (127.0.0.1:43588, /topic/busy) holds 64.0 MiB since "
                                + "11:02:03 UTC and lost 4,318; oldest message waits for 1m 35s; 500 messages dropped per second | ")
                .contains(" slow_subscribers=1;1;10;0 backlog_age=95s;60;600;0 drops=500;1;1000;0 ")
                .hasLineCount(1);
    }

    @Test
    void theOldestAndTheSlowestAreAskedForAndNotLookedForAmongTheLargest() throws Exception {
        check().exitCode();

        assertThat(broker.requests())
                .extracting(FakeAdmin.Request::uri)
                .containsExactly(
                        "/readyz",
                        "/healthz",
                        "/api/v1/broker",
                        "/api/v1/connections?state=open&sort=slow&limit=3",
                        "/api/v1/connections?state=open&sort=age&limit=1",
                        "/api/v1/destinations?sort=age&limit=1");
    }

    @Test
    void theWorstComesFirst() throws Exception {
        RunningCommand check = check("--backlog-age", "10,90");

        assertThat(check.exitCode()).isEqualTo(2);
        assertThat(check.out()).startsWith("SLUICE CRITICAL - oldest message waits for 1m 35s; 1 slow subscriber, ");
    }

    @Test
    void whatAClientNamedNeitherEndsTheTextNorTheLine() throws Exception {
        broker.answer(
                "GET /api/v1/connections?state=open",
                200,
                FakeAdmin.OPEN.replace("/topic/busy", "/topic/a|x=1\\nSLUICE OK"));
        RunningCommand check = check();

        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.out()).hasLineCount(1).contains("/topic/a\\x7cx=1\\nSLUICE OK)");
        assertThat(check.out().chars().filter(c -> c == '|').count()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"pinned_bytes\":67108864', '\"pinned_bytes\":536870912', 1, 512.0 MiB of 640.0 MiB memory",
        "'\"pinned_bytes\":67108864', '\"pinned_bytes\":660000000', 2, 629.4 MiB of 640.0 MiB memory",
        "'\"slow_subscribers\":0', '\"slow_subscribers\":10', 2, 10 slow subscribers",
        "'\"dropped\":0}', '\"dropped\":1000}', 2, '1,000 messages dropped per second'",
        "'\"waiting_publishers\":0', '\"waiting_publishers\":1', 1, 1 publisher waits",
        "'\"waiting_publishers\":0', '\"waiting_publishers\":10', 2, 10 publishers wait",
        "'\"max_delay_ms\":12', '\"max_delay_ms\":100', 1, event loops late by at most 100 ms",
        "'\"max_delay_ms\":12', '\"max_delay_ms\":1000', 2, event loops late by at most 1.0 s",
    })
    void eachFigureHasItsLimits(String was, String becomes, int exitCode, String text) throws Exception {
        isQuiet();
        broker.answer("GET /api/v1/broker", 200, QUIET.replace(was, becomes));
        RunningCommand check = check();

        assertThat(check.exitCode()).isEqualTo(exitCode);
        assertThat(check.out()).contains(" - " + text + " | ");
    }

    @Test
    void limitsMayBeOff() throws Exception {
        assertThat(check("--slow", "off", "--drops", "1000,-", "--backlog-age", "-,600")
                        .exitCode())
                .isZero();
        assertThat(check("--slow", "-,1").exitCode()).isEqualTo(2);
    }

    @Test
    void oneThatIsNotReadyIsWhatTheUserSays() throws Exception {
        isQuiet();
        broker.answer("GET /readyz", 503, "{\"status\":\"above_memory_bound\"}");
        RunningCommand check = check();
        assertThat(check.exitCode()).isEqualTo(2);
        assertThat(check.out()).startsWith("SLUICE CRITICAL - above memory bound | ready=0;;;0 ");
        assertThat(check("--not-ready", "warning").exitCode()).isEqualTo(1);
        assertThat(check("--not-ready", "ok").exitCode()).isZero();
        assertThat(check("--not-ready", "unknown").exitCode()).isEqualTo(3);
        assertThat(check("--not-ready", "unknown", "--memory", "1,2").exitCode())
                .as("what is critical comes before what is unknown")
                .isEqualTo(2);
    }

    @Test
    void anEventLoopThatHangsIsCritical() throws Exception {
        isQuiet();
        broker.answer("GET /healthz", 503, "{\"status\":\"an event loop did not answer\"}");
        RunningCommand check = check();

        assertThat(check.exitCode()).isEqualTo(2);
        assertThat(check.out()).startsWith("SLUICE CRITICAL - an event loop does not answer | ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nagios", "prometheus", "json"})
    void nobodyThereIsCriticalInEveryFormat(String format) throws Exception {
        broker.close();
        RunningCommand check = check("--format", format);

        assertThat(check.exitCode()).isEqualTo(2);
        assertThat(check.err()).isEmpty();
        assertThat(check.out())
                .containsAnyOf(
                        "SLUICE CRITICAL - cannot connect to ",
                        "\nsluice_check_state 2\n",
                        "\"state\":\"critical\",\"exit_code\":2,\"problem\":\"cannot connect to ");
    }

    @Test
    void beingRefusedIsUnknown() throws Exception {
        broker.answer("GET /readyz", 401, "{\"error\":{\"message\":\"a token is needed\"}}");
        RunningCommand check = check();

        assertThat(check.exitCode()).isEqualTo(3);
        assertThat(check.out()).startsWith("SLUICE UNKNOWN - refused by ").contains(": a token is needed (");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--slow 1",
                "--slow 10,1",
                "--slow 0,1",
                "--slow x,1",
                "--memory 1,2,3",
                "--format xml",
                "--bogus"
            })
    void wrongUsageIsUnknown(String options) throws Exception {
        RunningCommand check = check(options.split(" ", -1));

        assertThat(check.exitCode()).isEqualTo(3);
        assertThat(check.out()).isEmpty();
        assertThat(check.err()).hasLineCount(1).endsWith("; see: sluice check --help\n");
    }

    @Test
    void prometheusGetsAStateAndAValueOfEach() throws Exception {
        RunningCommand check = check("--format", "prometheus");

        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.out())
                .contains("\nsluice_check_state 1\n")
                .contains("\nsluice_check_finding_state{finding=\"slow_subscribers\"} 1\n")
                .contains("\nsluice_check_finding_state{finding=\"memory\"} 0\n")
                .contains("\nsluice_check_slow_subscribers 1\n")
                .contains("\nsluice_check_memory_percent 10\n")
                .contains("\nsluice_check_event_loop_delay_seconds 0.012\n");
        assertThat(check.out().lines())
                .allMatch(line -> line.matches("# (HELP|TYPE) \\S+ .*|\\w+(\\{\\w+=\"\\w+\"})? [0-9.]+"));
    }

    @Test
    void jsonHasStateValueUnitAndLimits() throws Exception {
        RunningCommand check = check("--format", "json", "--drops", "off");

        assertThat(check.exitCode()).isEqualTo(1);
        Json report = Json.parse(check.out().getBytes(StandardCharsets.UTF_8));
        assertThat(report.at("state").text()).isEqualTo("warning");
        assertThat(report.at("exit_code").number()).isEqualTo(1);
        assertThat(report.at("findings").items()).hasSize(8);
        assertThat(check.out())
                .contains(
                        "{\"name\":\"backlog_age\",\"state\":\"warning\",\"value\":95,\"unit\":\"seconds\",\"warning\":60,"
                                + "\"critical\":600,\"text\":\"oldest message waits for 1m 35s\"}")
                .contains("{\"name\":\"drops\",\"state\":\"ok\",\"value\":500,\"unit\":\"per_second\",\"warning\":null,"
                        + "\"critical\":null,");
    }
}
