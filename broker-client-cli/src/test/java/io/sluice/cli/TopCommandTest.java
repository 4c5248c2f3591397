package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class TopCommandTest {
    private final FakeAdmin broker = new FakeAdmin();

    @AfterEach
    void closeBroker() {
        broker.close();
    }

    @Test
    void printsEverythingOnceWhereNoTerminalIs() throws Exception {
        RunningCommand top = RunningCommand.start("top", "--admin", broker.address());

        assertThat(top.exitCode()).isZero();
        assertThat(top.err()).isEmpty();
        List<String> lines = top.out().lines().map(String::stripTrailing).toList();
        assertThat(lines.get(0)).startsWith("sluice 1.2.3 at " + broker.address() + ": ready, up 1h 5m, ");
        assertThat(lines.subList(1, lines.size()))
                .startsWith(
                        "connections 12 of 16,000, destinations 2, subscribers 3, slow 1, publishers that wait 0",
                        "a second: in 1,000 messages, 19.1 MiB, out 990 messages, 18.9 MiB, dropped 500",
                        "in all: in 8,000, out 7,000, returned 5, dropped 4,318 (overflow 4,318), slow episodes 1, push-backs 2",
                        "memory [##..................] 64.0 MiB of 640.0 MiB (10.0 %), heap 48.0 MiB of 512.0 MiB, resident 150.0 MiB",
                        "event loops: sluice-1 late by 0.2 ms, at most 12 ms",
                        "")
                .contains(
                        "   DESTINATION             HELD     BYTES  OLDEST  SUBS  SLOW  PUBS WAIT   IN/S  OUT/S  DROPPED  P99 QUEUED")
                .contains(
                        "!  /topic/busy            2,478  64.0 MiB  1m 35s     2     1          0  1,000    990    4,318       3.0 s")
                .contains(
                        "   /queue/a\\x1b[2J|<img>      3     900 B       -     1     0          0      0      0        0           -")
                .contains(
                        "   CLOSED    WHO                REASON  SUBSCRIBED TO  PUBLISHED TO  SENT US  GOT  LOST   (1 to 1 of 28)")
                .contains("   11:00:59  c-1 10.0.0.7:4711  left    /topic/a                           0    0     0");
        assertThat(lines)
                .anyMatch(
                        line -> line.matches(
                                "!  c-2 127.0.0.1:43588  /topic/busy  2,478  64.0 MiB  1m 35s  .*  4,318          0  120       3.0 s"))
                .noneMatch(line -> line.contains("c-3"));
        assertThat(top.out()).doesNotContain("\u001b");
    }

    @Test
    void aReaderThatLeavesHasWhatItWanted() throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().close();
        try (OutputStream out = Channels.newOutputStream(pipe.sink())) {
            RunningCommand top = RunningCommand.startWritingTo(out, "top", "--once", "--admin", broker.address());

            assertThat(top.exitCode()).isZero();
            assertThat(top.err()).isEmpty();
        }
    }

    @Test
    void outputThatCannotBeWrittenIsAFailure() throws Exception {
        try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"))) {
            RunningCommand top = RunningCommand.startWritingTo(full, "top", "--once", "--admin", broker.address());

            assertThat(top.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(top.err()).startsWith("cannot write to standard output: ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "backlog, backlog, backlog",
        "age, age, age",
        "lost, drops, lost",
        "rate, rate, backlog",
        "name, name, opened"
    })
    void sortAndFilterAreTheBrokersBusiness(String sort, String ofDestinations, String ofConnections) throws Exception {
        RunningCommand top =
                RunningCommand.start("top", "--once", "-s", sort, "-f", "a b&limit=9", "--admin", broker.address());

        assertThat(top.exitCode()).isZero();
        assertThat(broker.requests())
                .extracting(FakeAdmin.Request::uri)
                .containsExactly(
                        "/api/v1/broker",
                        "/api/v1/destinations?sort=" + ofDestinations + "&limit=100&search=a+b%26limit%3D9",
                        "/api/v1/connections?state=open&sort=" + ofConnections + "&limit=100&search=a+b%26limit%3D9",
                        "/api/v1/connections?state=closed&sort=closed&limit=20&search=a+b%26limit%3D9");
    }

    @ParameterizedTest
    @CsvSource({"80, 24", "40, 12", "200, 60", "10, 3", "1, 1"})
    void fillsTheTerminalAndNeverMore(int width, int height) {
        TopScreen screen = new TopScreen(picture());
        TopView view = new TopView(TopSort.BACKLOG, "");
        for (String key : List.of("h", "h", Keys.TAB, Keys.TAB, Keys.TAB, Keys.PAGE_DOWN, "/")) {
            List<TopScreen.Line> lines = screen.fitted(view, null, width, height);
            assertThat(lines).hasSize(height).allMatch(line -> TextTable.width(line.text()) <= width);
            view.press(key);
        }
    }

    @Test
    void whatIsSlowStandsOut() {
        List<TopScreen.Line> lines = new TopScreen(picture()).fitted(new TopView(TopSort.BACKLOG, ""), null, 120, 30);

        assertThat(lines)
                .filteredOn(line -> line.look() == TopScreen.Look.ALARM)
                .extracting(TopScreen.Line::text)
                .satisfiesExactly(
                        line -> assertThat(line).contains("slow 1"),
                        line -> assertThat(line).startsWith("!  /topic/busy"),
                        line -> assertThat(line).startsWith("!  c-2 "));
    }

    @Test
    void aProblemStandsAtTheBottomOfTheLastPicture() {
        List<TopScreen.Line> lines =
                new TopScreen(picture()).fitted(new TopView(TopSort.BACKLOG, ""), "cannot connect", 120, 30);

        assertThat(lines.get(29)).isEqualTo(new TopScreen.Line("cannot connect", TopScreen.Look.ALARM));
        assertThat(lines).anyMatch(line -> line.text().contains("/topic/busy"));
    }

    @Test
    void keysChangeTheView() {
        TopView view = new TopView(TopSort.BACKLOG, "");

        assertThat(view.press("s")).isEqualTo(TopView.Change.QUESTION);
        assertThat(view.sort()).isEqualTo(TopSort.AGE);
        assertThat(view.press(Keys.TAB)).isEqualTo(TopView.Change.VIEW);
        assertThat(view.tables()).isEqualTo(TopView.Tables.DESTINATIONS);
        assertThat(view.press("x")).isEqualTo(TopView.Change.NOTHING);
        assertThat(view.press(Keys.CTRL_Z)).isEqualTo(TopView.Change.SUSPEND);
        assertThat(view.press("q")).isEqualTo(TopView.Change.QUIT);
    }

    @Test
    void aFilterIsTypedAndTakenBack() {
        TopView view = new TopView(TopSort.BACKLOG, "");
        view.press("/");
        for (String key : List.of("q", "ß", "x", Keys.UP, Keys.BACKSPACE)) {
            assertThat(view.press(key)).isEqualTo(TopView.Change.VIEW);
        }
        assertThat(view.typed()).isEqualTo("qß");
        assertThat(view.press(Keys.ENTER)).isEqualTo(TopView.Change.QUESTION);
        assertThat(view.filter()).isEqualTo("qß");
        assertThat(view.typed()).isNull();

        assertThat(view.press(Keys.ESCAPE)).isEqualTo(TopView.Change.QUESTION);
        assertThat(view.filter()).isEmpty();
        view.press("/");
        view.press("z");
        view.press(Keys.ESCAPE);
        assertThat(view.filter()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "q, q",
        "'\u001b[A', up",
        "'\u001bOB', down",
        "'\u001b', escape",
        "'\u001b[5~j', 'page-up,j'",
        "'\u001b[1;5Px', x",
        "'é\r\u007f', 'é,enter,backspace'",
        "'\u001b[', ''"
    })
    void knowsWhatATerminalSends(String sent, String keys) {
        byte[] bytes = sent.getBytes(StandardCharsets.UTF_8);

        assertThat(String.join(",", Keys.of(bytes, bytes.length))).isEqualTo(keys);
    }

    private BrokerPicture picture() {
        return BrokerPicture.take(
                new AdminClient(
                        URI.create("http://" + broker.address()), AdminToken.none("none"), Duration.ofSeconds(20)),
                TopSort.BACKLOG,
                "");
    }
}
