package io.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice check}. */
@Command(
        name = "check",
        exitCodeOnInvalidInput = 3,
        description = {
            "Says whether a broker does well, for a monitoring system, and ends with 0, 1, 2 or 3 whatever the format.",
            "",
            "Limits are pairs WARNING,CRITICAL, reached by this value or a greater one; - stands for never, off for neither."
        },
        exitCodeList = {
            "0:all is well",
            "1:warning",
            "2:critical; also: nobody answers",
            "3:unknown: wrong usage, refused, or no broker's answer"
        })
final class CheckCommand extends AdminCommand {
    private static final double MS_PER_SECOND = 1_000;
    private static final int NAMED = 3;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "nagios",
            description =
                    "nagios (one line with performance data), prometheus (text format, as for the node exporter's text "
                            + "file collector) or json (default: ${DEFAULT-VALUE}).")
    private CheckReport.Format format = CheckReport.Format.NAGIOS;

    @Option(
            names = "--not-ready",
            paramLabel = "STATE",
            defaultValue = "critical",
            description =
                    "What it is when the broker takes no new clients, because it starts, leaves, or is above its bound "
                            + "of memory: critical, warning, unknown or ok (default: ${DEFAULT-VALUE}).")
    private CheckState notReady = CheckState.CRITICAL;

    @Option(
            names = "--memory",
            paramLabel = "LIMITS",
            defaultValue = "80,95",
            converter = Threshold.Converter.class,
            description =
                    "Memory that messages keep alive, in percent of the broker's bound; at 80 publishers to queues are "
                            + "pushed back, at 100 topics lose messages (default: ${DEFAULT-VALUE}).")
    private Threshold memory = Threshold.NEVER;

    @Option(
            names = "--slow",
            paramLabel = "LIMITS",
            defaultValue = "1,10",
            converter = Threshold.Converter.class,
            description = "Number of slow subscribers (default: ${DEFAULT-VALUE}).")
    private Threshold slow = Threshold.NEVER;

    @Option(
            names = "--backlog-age",
            paramLabel = "LIMITS",
            defaultValue = "60,600",
            converter = Threshold.Converter.class,
            description =
                    "How long the oldest message waits, in seconds, in whatever queue and for whatever subscriber "
                            + "(default: ${DEFAULT-VALUE}).")
    private Threshold backlogAge = Threshold.NEVER;

    @Option(
            names = "--drops",
            paramLabel = "LIMITS",
            defaultValue = "1,1000",
            converter = Threshold.Converter.class,
            description = "Messages dropped per second, over the last second (default: ${DEFAULT-VALUE}).")
    private Threshold drops = Threshold.NEVER;

    @Option(
            names = "--waiting-publishers",
            paramLabel = "LIMITS",
            defaultValue = "1,10",
            converter = Threshold.Converter.class,
            description =
                    "Number of publishers that are not read because of a full queue, a topic with push-back, or memory "
                            + "(default: ${DEFAULT-VALUE}).")
    private Threshold waitingPublishers = Threshold.NEVER;

    @Option(
            names = "--loop-delay",
            paramLabel = "LIMITS",
            defaultValue = "100,1000",
            converter = Threshold.Converter.class,
            description = "How late an event loop came to its work, in milliseconds, at most in the last 10 seconds "
                    + "(default: ${DEFAULT-VALUE}).")
    private Threshold loopDelay = Threshold.NEVER;

    CheckCommand(Console console) {
        super(console);
    }

    @Override
    int ask(AdminClient client, Console console) throws Exception {
        CheckReport report;
        try {
            report = CheckReport.of(look(client));
        } catch (CommandFailedException e) {
            boolean silent = e.exitCode() == ExitCode.CANNOT_CONNECT || e.exitCode() == ExitCode.TIMED_OUT;
            report = CheckReport.failed(silent ? CheckState.CRITICAL : CheckState.UNKNOWN, e.line());
        }
        report.print(format, console.out());
        return report.state().exitCode();
    }

    private List<Finding> look(AdminClient client) {
        List<Finding> findings = new ArrayList<>();
        AdminClient.Answer ready = client.ask("GET", "/readyz", "");
        String state = ready.body().at("status").text();
        findings.add(Finding.of("ready", ready.isOk(), notReady, state.replace('_', ' ')));
        AdminClient.Answer healthy = client.ask("GET", "/healthz", "");
        findings.add(Finding.of(
                "healthy",
                healthy.isOk(),
                CheckState.CRITICAL,
                healthy.isOk() ? "event loops answer" : "an event loop does not answer"));
        Json broker = client.get("/api/v1/broker");
        findings.add(memoryOf(broker.at("memory")));
        findings.add(slowIn(broker, client));
        findings.add(backlogAge(client));
        double dropped = broker.at("rates", "dropped").number();
        findings.add(Finding.of(
                "drops", dropped, "per_second", drops, Figures.count(dropped) + " messages dropped per second"));
        double waiting = broker.at("waiting_publishers").number();
        findings.add(Finding.of(
                "waiting_publishers",
                waiting,
                "",
                waitingPublishers,
                counted(waiting, "publisher waits", "publishers wait")));
        findings.add(delayOf(broker.at("event_loops").items()));
        return findings;
    }

    private Finding memoryOf(Json memory) {
        double pinned = memory.at("pinned_bytes").number();
        double max = memory.at("max_bytes").number();
        return Finding.of(
                "memory",
                max > 0 ? pinned * 100 / max : 0,
                "percent",
                this.memory,
                Figures.bytes(pinned) + " of " + Figures.bytes(max) + " memory");
    }

    private Finding slowIn(Json broker, AdminClient client) {
        double number = broker.at("slow_subscribers").number();
        StringBuilder text = new StringBuilder(counted(number, "slow subscriber", "slow subscribers"));
        if (number > 0) {
            client.get("/api/v1/connections?state=open&sort=slow&limit=" + NAMED).at("items").items().stream()
                    .filter(connection -> connection.at("subscriber", "slow").isTrue())
                    .forEach(connection -> text.append(", ").append(named(connection)));
        }
        return Finding.of("slow_subscribers", number, "", slow, text.toString());
    }

    private static String named(Json connection) {
        Json subscriber = connection.at("subscriber");
        return connection.at("id").text() + " ("
                + connection.at("remote_address").text() + ", "
                + connection.at("subscribed_to").text() + ") holds "
                + Figures.bytes(subscriber.at("held_bytes").number()) + " since "
                + Figures.clock(subscriber.at("slow_since").text()) + " UTC and lost "
                + Figures.count(subscriber.at("dropped").number());
    }

    private Finding backlogAge(AdminClient client) {
        Json subscribers = client.get("/api/v1/connections?state=open&sort=age&limit=1");
        Json destinations = client.get("/api/v1/destinations?sort=age&limit=1");
        double oldestMs = Stream.concat(
                        subscribers.at("items").items().stream().map(row -> row.at("subscriber", "oldest_age_ms")),
                        destinations.at("items").items().stream().map(row -> row.at("oldest_age_ms")))
                .mapToDouble(Json::number)
                .max()
                .orElse(0);
        return Finding.of(
                "backlog_age",
                oldestMs / MS_PER_SECOND,
                "seconds",
                backlogAge,
                oldestMs > 0 ? "oldest message waits for " + Figures.span(oldestMs) : "no message waits");
    }

    private Finding delayOf(List<Json> loops) {
        double ms = loops.stream()
                .mapToDouble(loop -> loop.at("max_delay_ms").number())
                .max()
                .orElse(0);
        return new Finding(
                "event_loop_delay",
                loopDelay.stateOf(ms),
                ms / MS_PER_SECOND,
                "seconds",
                new Threshold(loopDelay.warning() / MS_PER_SECOND, loopDelay.critical() / MS_PER_SECOND),
                "event loops late by at most " + Figures.span(ms));
    }

    private static String counted(double number, String one, String many) {
        return Figures.count(number) + " " + (number == 1 ? one : many);
    }
}
