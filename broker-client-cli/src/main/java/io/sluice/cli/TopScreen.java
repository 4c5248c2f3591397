package io.sluice.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lays a picture of a broker out in lines. */
final class TopScreen {
    private static final int MEMORY_BAR = 20;
    /** From here on publishers to queues are not read. */
    private static final double PUSH_BACK_SHARE = 0.8;

    private static final int NO_WIDTH = Integer.MAX_VALUE;

    private static final TextTable DESTINATIONS = new TextTable()
            .text(" ", TopScreen::destinationMark)
            .text("DESTINATION", row -> row.at("name").text())
            .figure("HELD", row -> count(row, "held_messages"))
            .figure("BYTES", row -> Figures.bytes(row.at("held_bytes").number()))
            .figure("OLDEST", row -> age(row.at("oldest_age_ms")))
            .figure("SUBS", row -> count(row, "subscribers"))
            .figure("SLOW", row -> count(row, "slow_subscribers"))
            .figure("PUBS WAIT", row -> count(row, "waiting_publishers"))
            .figure("IN/S", row -> count(row, "rate_in"))
            .figure("OUT/S", row -> count(row, "rate_out"))
            .figure("DROPPED", row -> count(row, "dropped"))
            .figure("P99 QUEUED", row -> age(row.at("time_in_queue", "p99_ms")));

    private static final TextTable CLOSED = new TextTable()
            .text(" ", row -> "")
            .text("CLOSED", row -> Figures.clock(row.at("closed").text()))
            .text("WHO", TopScreen::who)
            .text("REASON", row -> row.at("close_reason").text())
            .text("SUBSCRIBED TO", row -> row.at("subscribed_to").text())
            .text("PUBLISHED TO", row -> row.at("publishes_to").text())
            .figure("SENT US", row -> count(row, "messages_in"))
            .figure(
                    "GOT",
                    row -> Figures.count(
                            row.at("subscriber", "messages_written").number()))
            .figure("LOST", row -> Figures.count(row.at("subscriber", "dropped").number()));

    private final BrokerPicture picture;

    /** How a line stands out. */
    enum Look {
        PLAIN,
        /** Of a table's titles. */
        TITLE,
        /** Somebody should look here. */
        ALARM
    }

    record Line(String text, Look look) {}

    TopScreen(BrokerPicture picture) {
        this.picture = picture;
    }

    /** Writes all there is, without looks, as long and as wide as it comes. */
    void print(OutputStream out) throws IOException {
        List<Line> lines = new ArrayList<>(header());
        lines.add(new Line("", Look.PLAIN));
        lines.addAll(destinations(NO_WIDTH, 0, BrokerPicture.ROWS));
        lines.add(new Line("", Look.PLAIN));
        lines.addAll(subscribers(NO_WIDTH, 0, BrokerPicture.ROWS));
        lines.add(new Line("", Look.PLAIN));
        lines.addAll(closed(NO_WIDTH, 0, BrokerPicture.CLOSED_ROWS));
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.text).append('\n'));
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What fits into a terminal.
     *
     * @param problem why there is no newer picture; null if there is none
     */
    List<Line> fitted(TopView view, @Nullable String problem, int width, int height) {
        List<Line> lines = new ArrayList<>();
        if (view.isHelpShown()) {
            help().forEach(text -> lines.add(new Line(text, Look.PLAIN)));
        } else {
            lines.addAll(header());
            lines.add(new Line("", Look.PLAIN));
            lines.addAll(tables(view, width, height - lines.size() - 1));
        }
        List<Line> screen = new ArrayList<>();
        for (Line line : lines.subList(0, Math.max(0, Math.min(lines.size(), height - 1)))) {
            screen.add(new Line(TextTable.cut(line.text, width), line.look));
        }
        while (screen.size() < height - 1) {
            screen.add(new Line("", Look.PLAIN));
        }
        Look look = problem == null ? Look.PLAIN : Look.ALARM;
        screen.add(new Line(TextTable.cut(footer(view, problem), width), look));
        return screen;
    }

    // ---------------------------------------------------------------- the broker

    private List<Line> header() {
        Json broker = picture.broker();
        String state = broker.at("state").text();
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(
                "sluice " + broker.at("version").text() + " at " + picture.address() + ": " + state + ", up "
                        + Figures.span(broker.at("uptime_ms").number()) + ", "
                        + Figures.clock(picture.at().toString()) + " UTC",
                state.equals("ready") ? Look.PLAIN : Look.ALARM));
        lines.add(new Line(
                "connections " + count(broker.at("connections"), "open") + " of "
                        + count(broker.at("connections"), "max") + ", destinations " + count(broker, "destinations")
                        + ", subscribers " + count(broker, "subscribers") + ", slow "
                        + count(broker, "slow_subscribers") + ", publishers that wait "
                        + count(broker, "waiting_publishers"),
                broker.at("slow_subscribers").number()
                                        + broker.at("waiting_publishers").number()
                                > 0
                        ? Look.ALARM
                        : Look.PLAIN));
        lines.add(plain("a second: in " + flow(broker.at("rates"), "in") + ", out "
                + flow(broker.at("rates"), "written") + ", dropped " + count(broker.at("rates"), "dropped")));
        Json totals = broker.at("totals");
        lines.add(plain("in all: in " + count(totals, "messages_in") + ", out " + count(totals, "messages_written")
                + ", returned " + count(totals, "messages_returned") + ", dropped " + dropped(totals)
                + ", slow episodes " + count(totals, "slow_episodes") + ", push-backs "
                + count(totals, "push_backs")));
        lines.add(memory(broker.at("memory")));
        lines.add(plain("event loops: " + loops(broker)));
        return lines;
    }

    private static Line plain(String text) {
        return new Line(text, Look.PLAIN);
    }

    private static String flow(Json rates, String what) {
        return count(rates, "messages_" + what) + " messages, "
                + Figures.bytes(rates.at("bytes_" + what).number());
    }

    private static String dropped(Json totals) {
        List<String> reasons = new ArrayList<>();
        double sum = 0;
        for (var reason : totals.at("dropped").entries().entrySet()) {
            double number = reason.getValue().number();
            sum += number;
            if (number > 0) {
                reasons.add(reason.getKey() + " " + Figures.count(number));
            }
        }
        return Figures.count(sum) + (reasons.isEmpty() ? "" : " (" + String.join(", ", reasons) + ")");
    }

    private static Line memory(Json memory) {
        double pinned = memory.at("pinned_bytes").number();
        double max = memory.at("max_bytes").number();
        double share = max > 0 ? Math.min(1, pinned / max) : 0;
        int filled = (int) Math.ceil(share * MEMORY_BAR);
        return new Line(
                "memory [" + "#".repeat(filled) + ".".repeat(MEMORY_BAR - filled) + "] " + Figures.bytes(pinned)
                        + " of " + Figures.bytes(max) + String.format(Locale.ROOT, " (%.1f %%)", share * 100)
                        + ", heap " + Figures.bytes(memory.at("heap_used_bytes").number()) + " of "
                        + Figures.bytes(memory.at("heap_max_bytes").number()) + ", resident "
                        + Figures.bytes(memory.at("rss_bytes").number()),
                share >= PUSH_BACK_SHARE ? Look.ALARM : Look.PLAIN);
    }

    private static String loops(Json broker) {
        List<String> loops = new ArrayList<>();
        for (Json loop : broker.at("event_loops").items()) {
            loops.add(loop.at("name").text() + " late by "
                    + Figures.span(loop.at("delay_ms").number()) + ", at most "
                    + Figures.span(loop.at("max_delay_ms").number()));
        }
        return String.join("; ", loops);
    }

    // ---------------------------------------------------------------- tables

    private List<Line> tables(TopView view, int width, int height) {
        int skipped = view.skipped();
        return switch (view.tables()) {
            case ALL -> all(skipped, width, height);
            case DESTINATIONS -> destinations(width, skipped, height - 1);
            case SUBSCRIBERS -> subscribers(width, skipped, height - 1);
            case CLOSED -> closed(width, skipped, height - 1);
        };
    }

    /** A fifth of the height for closed connections, the rest half and half, and what one does not need is the other's. */
    private List<Line> all(int skipped, int width, int height) {
        int room = Math.max(0, height - 5); // three lines of titles, two empty ones
        int closed = Math.min(picture.closed().rows().size(), room / 5);
        int half = (room - closed) / 2;
        int subscribers = Math.min(
                picture.subscribers().rows().size(),
                Math.max(half, room - closed - picture.destinations().rows().size()));
        List<Line> lines = new ArrayList<>(destinations(width, skipped, room - closed - subscribers));
        lines.add(plain(""));
        lines.addAll(subscribers(width, skipped, subscribers));
        lines.add(plain(""));
        lines.addAll(closed(width, 0, closed));
        return lines;
    }

    private List<Line> destinations(int width, int skipped, int rows) {
        return table(DESTINATIONS, picture.destinations(), "destinations", width, skipped, rows);
    }

    private List<Line> subscribers(int width, int skipped, int rows) {
        return table(subscriberTable(), picture.subscribers(), "subscribers", width, skipped, rows);
    }

    private List<Line> closed(int width, int skipped, int rows) {
        return table(CLOSED, picture.closed(), "closed connections", width, skipped, rows);
    }

    private TextTable subscriberTable() {
        return new TextTable()
                .text(" ", row -> isSlow(row) ? "!" : "")
                .text("SUBSCRIBER", TopScreen::who)
                .text("DESTINATION", row -> row.at("subscribed_to").text())
                .figure("HELD", row -> count(row.at("subscriber"), "held_messages"))
                .figure(
                        "BYTES",
                        row -> Figures.bytes(row.at("subscriber", "held_bytes").number()))
                .figure("OLDEST", row -> age(row.at("subscriber", "oldest_age_ms")))
                .figure("SLOW FOR", this::slowFor)
                .figure("LOST", row -> count(row.at("subscriber"), "dropped"))
                .figure("PUBS WAIT", row -> count(row.at("subscriber"), "waiting_publishers"))
                .figure("GOT", row -> count(row.at("subscriber"), "messages_written"))
                .figure("P99 QUEUED", row -> age(row.at("subscriber", "time_in_queue", "p99_ms")));
    }

    private static List<Line> table(
            TextTable table, BrokerPicture.Page page, String what, int width, int skipped, int room) {
        int first = Math.max(0, Math.min(skipped, page.rows().size() - Math.max(1, room)));
        List<Json> rows = page.rows().subList(first, Math.min(page.rows().size(), first + Math.max(0, room)));
        if (rows.isEmpty()) {
            String text = page.total() == 0 ? "no " + what : Figures.count(page.total()) + " " + what;
            return List.of(new Line(text, Look.TITLE));
        }
        List<String> texts = table.lines(rows, width);
        List<Line> lines = new ArrayList<>();
        String more = page.total() > rows.size()
                ? "   (" + (first + 1) + " to " + (first + rows.size()) + " of " + Figures.count(page.total()) + ")"
                : "";
        lines.add(new Line(texts.get(0) + more, Look.TITLE));
        for (int i = 0; i < rows.size(); i++) {
            lines.add(new Line(texts.get(i + 1), isAlarming(rows.get(i)) ? Look.ALARM : Look.PLAIN));
        }
        return lines;
    }

    private static boolean isSlow(Json connection) {
        return connection.at("subscriber", "slow").isTrue();
    }

    private static boolean isAlarming(Json row) {
        return isSlow(row) || !destinationMark(row).isEmpty();
    }

    private static String destinationMark(Json destination) {
        boolean waits = destination.at("slow_subscribers").number()
                        + destination.at("waiting_publishers").number()
                > 0;
        return waits ? "!" : "";
    }

    private static String who(Json connection) {
        return connection.at("id").text() + " "
                + connection.at("remote_address").text();
    }

    private String slowFor(Json connection) {
        String since = connection.at("subscriber", "slow_since").text();
        return since.isEmpty() ? "-" : Figures.ago(since, picture.at());
    }

    private static String count(Json of, String name) {
        return Figures.count(of.at(name).number());
    }

    private static String age(Json ms) {
        return ms.number() <= 0 ? "-" : Figures.span(ms.number());
    }

    // ---------------------------------------------------------------- help

    private static String footer(TopView view, @Nullable String problem) {
        String typed = view.typed();
        if (typed != null) {
            return "only what contains: " + TerminalText.of(typed) + "_";
        }
        if (problem != null) {
            return problem;
        }
        return "q quit  s sort: " + view.sort().name().toLowerCase(Locale.ROOT) + "  / filter"
                + (view.filter().isEmpty() ? "" : ": " + TerminalText.of(view.filter())) + "  tab: "
                + view.tables().name().toLowerCase(Locale.ROOT) + "  h help";
    }

    private static List<String> help() {
        return List.of(
                "q        quit",
                "s        sort by: backlog, age of the oldest, lost, rate, name",
                "/        show only what contains a text (names, addresses); Esc shows all again",
                "tab      all tables, or one alone",
                "up down  scroll; also j and k, page up and page down",
                "h        this help; any key leaves it",
                "",
                "!          a subscriber that is slow, or a destination that has one or makes publishers wait",
                "HELD       messages that wait, and BYTES the memory that they keep alive",
                "OLDEST     how long the oldest of them waits",
                "SLOW FOR   how long its bound has been nearly reached",
                "LOST       messages that it should have got and will not",
                "PUBS WAIT  publishers that are not read because of it",
                "P99 QUEUED of 100 messages 99 waited less than this before they went out",
                "",
                "The tables hold the first " + BrokerPicture.ROWS + "; sorting and filtering reach the others.",
                "What each means and what to do: docs/OPERATING.md");
    }
}
