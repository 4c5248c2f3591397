package io.sluice.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import plainsocket.PlainClient;

/** The console as a person has it before them: in a real Chromium, of a real broker. */
class ConsoleIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String SLOW_TOPIC = "/topic/busy";
    private static final String EVIL = "<img src=x onerror=alert(1)>";
    private static final int LARGE = 20_000;
    private static final int TAB = 9;

    /** What waits for one subscriber; a slow one is there soon. */
    private static final String BOUND = "--set=delivery.send-queue.max-bytes=16 MiB";

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Path folder;
    private Chromium browser;
    private BrokerProcess broker;
    private String admin;

    @BeforeEach
    void startBoth() throws Exception {
        Optional<Path> program = Chromium.installed();
        if (program.isEmpty()) {
            System.out.println("SKIPPED ConsoleIT: no chromium in PATH");
        }
        assumeTrue(program.isPresent(), "no chromium in PATH");
        Path target = BrokerProcess.module().resolve("target");
        folder = Files.createTempDirectory(target, "console-");
        broker = start("0");
        browser = new Chromium(program.get(), folder.resolve("profile"), reader());
        browser.size(1280, 1000);
        browser.open(admin + "/");
        browser.await("figures", "seen.link() === 'live'");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        if (browser != null) {
            browser.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private BrokerProcess start(String adminPort, String... more) throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(List.of(
                BOUND,
                "--set=native.max-frame=1 MiB",
                "--set=admin.port=" + adminPort,
                "--set=admin.token-file=" + folder.resolve("token")));
        flags.addAll(List.of(more));
        BrokerProcess started = BrokerProcess.start("console", flags.toArray(new String[0]));
        admin = started.adminUrl();
        return started;
    }

    /** The same broker with other settings, and the page of that one. */
    private void startAgain(String... more) throws IOException, InterruptedException {
        broker.close();
        broker = start("0", more);
        browser.open(admin + "/");
    }

    private static String reader() throws IOException {
        try (InputStream in = ConsoleIT.class.getResourceAsStream("console-reader.js")) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    // ------------------------------------------------------------------------------------------------ what it shows

    @Test
    void showsTheFiguresThatTheMetricsHave() throws Exception {
        Thread reader = keep(new Reading(SLOW_TOPIC)).thread;
        PlainClient stalled = stalled();
        PlainClient publisher = client("/null");
        awaitSubscribers(2);
        byte[] message = new byte[LARGE];
        for (int i = 0; i < 3000; i++) {
            publisher.publish(SLOW_TOPIC, message);
        }
        publisher.publish("/queue/later", message);
        await().atMost(TIMEOUT)
                .until(() -> metric("sluice_messages_received_total") == 3001
                        && metric("sluice_messages_dropped_total") > 0);
        go("broker");
        // It is quiet now: what the page shows and what the metrics say have to become the same, and not only one by
        // one.
        await().atMost(TIMEOUT).untilAsserted(() -> {
            List<Long> before = metrics();
            List<Long> shown = List.of(
                    shown("seen.fact('messages received')"),
                    shown("seen.fact('messages delivered')"),
                    shown("seen.fact('dropped')"),
                    shown("seen.fact('slow episodes')"));
            assertThat(shown).isEqualTo(before).isEqualTo(metrics());
        });
        System.out.println("ConsoleIT: received, delivered, dropped, slow episodes: " + metrics());
        go("overview");
        browser.await("the connections", "seen.tile('Connections') === '3'");
        browser.await("the slow one", "seen.tile('Slow subscribers') === '1'");
        assertThat(metric("sluice_subscribers")).isEqualTo(2);
        assertThat(metric("sluice_subscribers_slow")).isEqualTo(1);
        assertThat(reader.isAlive()).isTrue();
        stalled.close();
        browser.await("the slow one has gone", "seen.tile('Slow subscribers') === '0'");
        browser.await("it is among the closed", "seen.rows('Connections closed')[0].join(' ').includes('/topic/busy')");
        assertThat(browser.complaints()).isEmpty();
    }

    private List<Long> metrics() throws Exception {
        return List.of(
                metric("sluice_messages_received_total"),
                metric("sluice_messages_written_total"),
                metric("sluice_messages_dropped_total"),
                metric("sluice_slow_episodes_total"));
    }

    @Test
    void showsAStalledSubscriberWithinThreeSeconds() throws Exception {
        List<Long> tookMs = new ArrayList<>();
        for (int attempt = 0; attempt < 3; attempt++) {
            try (PlainClient stalled = stalled();
                    PlainClient publisher = client("/null")) {
                awaitSubscribers(1);
                byte[] message = new byte[LARGE];
                // Two thirds of the bound make nobody slow yet; the rest comes as one.
                for (int i = 0; i < 1500; i++) {
                    publisher.publish(SLOW_TOPIC, message);
                }
                browser.await("it", "seen.rows('Subscribers')[0]?.join(' ').includes('slow since')");
                Instant shown = Instant.now();
                Instant since =
                        Instant.parse(get("/api/v1/connections?state=open&sort=backlog").at("items").items().stream()
                                .filter(each -> each.at("subscriber").value() != null)
                                .findFirst()
                                .orElseThrow()
                                .text("subscriber", "slow_since"));
                tookMs.add(Duration.between(since, shown).toMillis());
                assertThat(browser.text("document.title")).startsWith("(1 slow)");
                assertThat(browser.text("document.querySelector('tr.slow .flag.bad').textContent"))
                        .startsWith("slow since ");
            }
            browser.await("it has gone", "seen.tile('Slow subscribers') === '0'");
        }
        System.out.println("ConsoleIT: a stalled subscriber was shown after " + tookMs + " ms");
        // The machine may be busy with something else once.
        assertThat(tookMs.stream().sorted().toList().get(1)).isLessThanOrEqualTo(3000);
    }

    @Test
    void putsTheSlowFirstWhereThatWasAskedForAndNowhereElse() throws Exception {
        stall();
        await().atMost(TIMEOUT).until(() -> metric("sluice_subscribers_slow") == 1);
        PlainClient latest = client("/topic/latest");
        awaitSubscribers(2);
        for (String slowestFirst : List.of("connections", "connections?sort=lost")) {
            go(slowestFirst);
            browser.await("the slow one first", "seen.rows('Connections')[0]?.join(' ').includes('slow for')");
        }
        go("connections?sort=opened");
        browser.await(
                "the latest first",
                "seen.rows('Connections').length === 3 && seen.rows('Connections')[0].includes('/topic/latest')");
        latest.close();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void takesNamesAndMessagesForTextWhateverTheyAre() throws Exception {
        keep(new Reading(EVIL));
        PlainClient publisher = client("/null");
        awaitSubscribers(1);
        publisher.publish(EVIL, EVIL.getBytes(UTF_8));
        browser.await("its name", "seen.rows('Destinations').some((row) => row[0] === " + Json.quoted(EVIL) + ")");
        browser.await("its subscriber", "seen.rows('Subscribers')[0].includes(" + Json.quoted(EVIL) + ")");
        browser.evaluate(
                "[...document.querySelectorAll('a')].find((a) => a.textContent === " + Json.quoted(EVIL) + ").click()");
        browser.await("its page", "seen.heading() === " + Json.quoted(EVIL));
        press("Watch");
        signIn();
        browser.await("watching", "document.querySelector('.pill.good + .figures, .pill.good')");
        await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(300)).until(() -> {
            publisher.publish(EVIL, EVIL.getBytes(UTF_8));
            return browser.text("document.querySelector('.messages .payload')?.textContent")
                    .equals(EVIL);
        });
        assertThat(browser.evaluate("document.querySelectorAll('main img').length")
                        .number())
                .isZero();
        assertThat(browser.complaints()).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ what goes on

    @Test
    void comesBackWhenTheBrokerDoes() throws Exception {
        browser.evaluate("window.sameDocument = true");
        long before = broker.pid();
        String port = admin.substring(admin.lastIndexOf(':') + 1);
        broker.kill();
        browser.await("that it is away is seen", "seen.link() === 'not connected'");
        assertThat(browser.text("document.getElementById('notice').textContent"))
                .contains("Trying again by itself");
        broker = start(port);
        assertThat(broker.pid()).isNotEqualTo(before);
        browser.await("figures again", "seen.link() === 'live' && document.getElementById('notice').hidden");
        go("broker");
        browser.await("those of the new one", "seen.fact('process') === '" + broker.pid() + "'");
        assertThat(browser.evaluate("window.sameDocument").isTrue())
                .as("without a reload")
                .isTrue();
    }

    @Test
    void drawsTheNumbersOfJsonMessagesWhoeverIsRestarted() throws Exception {
        List<Service> services = new ArrayList<>();
        for (String colour : List.of("red", "green", "blue")) {
            services.add(keep(new Service(colour)));
        }
        go("destination/%2Ftopic%2Fservices?watch=charts");
        signIn();
        browser.await("three lines", "seen.rows('Lines').length === 3");
        assertThat(browser.text("seen.heads('Lines')")).isEqualTo("color,cpu,mem,last heard");
        browser.await("lines in both charts", "seen.ink('cpu') > 30 && seen.ink('mem') > 30");
        awaitLatest(services);

        // One of them leaks: its line ends higher than it began, the others' do not.
        double leaked = services.get(0).mem;
        await().atMost(TIMEOUT).until(() -> services.get(0).mem > leaked + 3);
        awaitLatest(services);

        services.get(1).pause();
        browser.await(
                "one is silent",
                "seen.rows('Lines').some((row) => row[0] === 'green' && row[3].startsWith('silent for'))");
        services.get(1).resume();
        browser.await("it is back", "seen.rows('Lines').every((row) => row[3].endsWith('ago'))");

        String port = admin.substring(admin.lastIndexOf(':') + 1);
        broker.kill();
        browser.await("the broker is away", "seen.rows('Lines').every((row) => row[3].startsWith('silent for'))");
        broker = start(port);
        browser.await("all are back", "seen.rows('Lines').every((row) => row[3].endsWith('ago'))");
        awaitLatest(services);

        browser.evaluate("location.reload()");
        browser.await("the page is back, with its lines", "seen.rows('Lines').length === 3 && seen.ink('mem') > 30");
        awaitLatest(services);
        assertThat(browser.complaints()).isEmpty();
    }

    private void awaitLatest(List<Service> services) {
        await().atMost(TIMEOUT).untilAsserted(() -> {
            for (Service service : services) {
                List<String> sent = service.latest();
                String row = browser.text("seen.rows('Lines').find((row) => row[0] === '" + service.colour + "')");
                // It goes on while we look: one of its last messages it has to be.
                assertThat(sent).anySatisfy(each -> assertThat(row).startsWith(service.colour + "," + each + ","));
            }
        });
    }

    // ------------------------------------------------------------------------------------------------ what it does

    @Test
    void changesThingsWithTheTokenAndAConfirmation() throws Exception {
        PlainClient publisher = client("/null");
        for (int i = 0; i < 7; i++) {
            publisher.publish("/queue/jobs", ("job " + i).getBytes(UTF_8));
        }
        go("destination/%2Fqueue%2Fjobs");
        browser.await("the backlog", "seen.fact('backlog') === '7'");
        press("Look");
        browser.await("the question for the token", "document.querySelector('dialog [name=token]')");
        browser.evaluate("seen.signIn('not the token')");
        browser.await("that it is wrong", "document.querySelector('dialog .problem').textContent.length > 0");
        signIn();
        browser.await("the messages", "document.querySelectorAll('.messages .payload').length === 7");
        assertThat(browser.text("document.querySelector('.messages .payload').textContent"))
                .isEqualTo("job 0");
        assertThat(browser.text("document.cookie"))
                .as("no script sees the cookie")
                .isEmpty();
        assertThat(browser.text("location.href")).doesNotContain(token());

        browser.evaluate("document.querySelector('textarea').value = 'from the console'");
        press("Send");
        browser.await("one more", "seen.fact('backlog') === '8'");

        press("Purge");
        browser.await("the question", "document.querySelector('dialog')");
        press("Cancel");
        browser.await("no question", "!document.querySelector('dialog')");
        assertThat(browser.text("seen.fact('backlog')")).isEqualTo("8");
        confirm("Purge");
        browser.await("nothing waits", "seen.fact('backlog') === '0'");
        browser.await("how many", "document.getElementById('said').textContent.includes('8 messages')");

        String id =
                get("/api/v1/connections?state=open").at("items").items().get(0).text("id");
        go("connection/" + id);
        confirm("Disconnect");
        browser.await("its end", "seen.fact('state') === 'closed: admin'");
        go("closed");
        browser.await("it is among the closed", "seen.rows('Closed')[0].join(' ').startsWith('" + id + "')");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void operatesTheBroker() throws Exception {
        keep(new Reading("/topic/a"));
        browser.await("the connection", "seen.tile('Connections') === '1'");
        go("broker");
        browser.evaluate("document.querySelector('[aria-label=Level]').value = 'debug'");
        press("Set log level");
        signIn();
        await().atMost(TIMEOUT)
                .until(() -> body("/api/v1/log-levels").contains("{\"logger\":\"io.sluice\",\"level\":\"debug\"}"));

        confirm("Reload");
        browser.await("its outcome", "document.querySelector('.changes').textContent === 'Nothing has changed.'");

        press("Drain and stop");
        browser.await(
                "what it will do", "document.querySelector('dialog')?.textContent.includes('(1 connection now)')");
        press("Cancel");
        browser.await("no question", "!document.querySelector('dialog')");
        assertThat(body("/readyz")).contains("ready");
        confirm("Drain and stop");
        assertThat(broker.awaitExit(TIMEOUT)).isZero();
        browser.await("that it is away is seen", "seen.link() === 'not connected'");
    }

    @Test
    void saysThatATestMessageWasNotTaken() throws Exception {
        startAgain("--set=queues.max-messages=2", "--set=destinations.max=1");
        PlainClient publisher = client("/null");
        for (int i = 0; i < 3; i++) {
            publisher.publish("/queue/full", new byte[LARGE]);
        }
        await().atMost(TIMEOUT).until(() -> get("/api/v1/broker").number("waiting_publishers") == 1);
        go("destination/%2Fqueue%2Ffull");
        press("Send");
        signIn();
        browser.await("that it was not taken", "document.body.innerText.includes('not taken: publishers')");
        go("destination/%2Fqueue%2Fother");
        browser.await("the other queue", "seen.heading() === '/queue/other'");
        press("Send");
        browser.await("that there is no room", "document.body.innerText.includes('one destination too many')");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void asksForTheTokenByItselfUntilThatIsDeclined() throws Exception {
        Files.writeString(folder.resolve("token"), "a-token-that-an-operator-has-made");
        startAgain("--set=admin.host=0.0.0.0");
        browser.await("the question for the token", "document.querySelector('dialog [name=token]')");
        press("Cancel");
        browser.await("no question", "!document.querySelector('dialog')");
        browser.evaluate("window.questions = 0");
        browser.evaluate("new MutationObserver(() => window.questions += document.querySelectorAll('dialog').length)"
                + ".observe(document.body, { childList: true })");
        for (String page : List.of("destinations", "destination/%2Ftopic%2Fa")) {
            String polls = "performance.getEntriesByType('resource')"
                    + ".filter((each) => each.name.includes('/api/v1/destinations')).length";
            long before = browser.evaluate(polls).number();
            go(page);
            browser.await("polls", polls + " >= " + (before + 3));
        }
        assertThat(browser.evaluate("window.questions").number()).isZero();

        press("Watch");
        browser.await("who wants to see something is asked", "document.querySelector('dialog [name=token]')");
        press("Cancel");
        browser.await("no question", "!document.querySelector('dialog')");
        press("Sign in");
        signIn();
        browser.await("figures", "seen.link() === 'live'");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void staysSignedInWhereTheBrokerDidNotHearOtherwise() throws Exception {
        press("Sign in");
        signIn();
        broker.kill();
        browser.await("that it is away is seen", "seen.link() === 'not connected'");
        press("Sign out");
        browser.await("that it failed", "document.getElementById('said').textContent.includes('still signed in')");
        assertThat(browser.evaluate("Boolean(seen.button('Sign out'))").isTrue())
                .isTrue();
    }

    private void confirm(String label) {
        press(label);
        browser.await("the question", "document.querySelector('dialog')");
        browser.evaluate("seen.button('" + label + "', document.querySelector('dialog')).click()");
    }

    // ------------------------------------------------------------------------------------------------ for everybody

    @ParameterizedTest(name = "{0}, {1} pixels wide")
    @CsvSource({"light, 1280", "dark, 1280", "light, 390", "dark, 390"})
    void canBeReadAndNeverScrollsSideways(String scheme, int width) throws Exception {
        stall();
        client("/topic/prices/a-rather-long-name-of-a-destination-that-somebody-has-thought-of");
        browser.colours(scheme);
        browser.size(width, 900);
        for (String page :
                List.of("overview", "destinations", "connections", "closed", "broker", "destination/%2Ftopic%2Fbusy")) {
            go(page);
            browser.await("something", "document.querySelector('tbody tr, .empty:not([hidden])')");
            if (page.equals("overview")) {
                browser.await("the slow one", "document.querySelector('tr.slow')");
            }
            assertThat(browser.evaluate("seen.faint()").items())
                    .as("texts without contrast on the page " + page)
                    .isEmpty();
            assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
                            .isTrue())
                    .as("the page " + page + " is as wide as the window")
                    .isTrue();
        }
    }

    @Test
    void isUsedWithTheKeyboardAlone() throws Exception {
        keep(new Reading("/topic/a"));
        browser.await("the subscriber", "seen.rows('Subscribers').length === 1");
        String focused = "document.activeElement.textContent";
        List<String> passed = new ArrayList<>();
        while (true) {
            browser.press("Tab", TAB);
            if (browser.evaluate("document.activeElement === document.body").isTrue()) {
                break; // after the last
            }
            passed.add(browser.text(focused));
            assertThat(browser.text("getComputedStyle(document.activeElement).outlineStyle"))
                    .as("that " + passed + " has the focus is seen")
                    .isNotEqualTo("none");
        }
        assertThat(passed)
                .startsWith("Skip to the figures", "Sluice")
                .contains("Sign in", "Overview", "Broker", "all connections", "/topic/a");
        assertThat(browser.evaluate(
                                "[...document.querySelectorAll('button, input, select, textarea, [role=img], table')]"
                                        + ".filter((e) => !(e.ariaLabel || e.textContent.trim() || e.closest('label'))).length")
                        .number())
                .as("things without a name")
                .isZero();
    }

    @Test
    void staysSmallHoweverManyThereAre() throws Exception {
        int destinations = TestSize.pick(200, 1000);
        int connections = TestSize.pick(500, 10_000);
        for (int i = 0; i < connections; i++) {
            // As small as can be: there are many.
            Socket socket = keep(new Socket(broker.host(), broker.port()));
            socket.getOutputStream().write(PlainClient.frame(PlainClient.utf8("/topic/of-many/" + i % destinations)));
        }
        browser.await(
                "all of them",
                "seen.number(seen.tile('Connections')) === " + connections + " && seen.rows('Subscribers').length > 0");
        for (String page : List.of("overview", "destinations", "connections", "broker")) {
            go(page);
            browser.await("rows", "document.querySelectorAll('tbody tr').length > 1");
            browser.evaluate("seen.longest = 0");
            long bytes = browser.receivedBytes();
            long beganNs = System.nanoTime();
            int seconds = TestSize.pick(5, 60);
            await().pollDelay(Duration.ofSeconds(seconds))
                    .atMost(TIMEOUT.plusSeconds(seconds))
                    .until(() -> true);
            double tookS = (System.nanoTime() - beganNs) / 1e9;
            double rate = (browser.receivedBytes() - bytes) / tookS;
            double longestMs = ((Number) browser.evaluate("seen.longest").value()).doubleValue();
            long rows = browser.evaluate(
                            "Math.max(...[...document.querySelectorAll('tbody')].map((body) => body.children.length))")
                    .number();
            System.out.printf(
                    Locale.ROOT,
                    "ConsoleIT: %d connections, %d destinations, page %s: %.1f KB/s, longest task %.0f ms, %d rows%n",
                    connections,
                    destinations,
                    page,
                    rate / 1000,
                    longestMs,
                    rows);
            assertThat(rate).as("bytes a second").isLessThanOrEqualTo(64_000);
            assertThat(rows).as("rows of a table").isLessThanOrEqualTo(100);
            if (TestSize.isFull()) {
                assertThat(longestMs).as("longest task of the main thread, ms").isLessThanOrEqualTo(200);
            }
        }
        go("destinations?sort=name&offset=" + (destinations - 50));
        browser.await("the last page", "seen.rows('Destinations').at(-1)?.[0].startsWith('/topic/of-many/')");
        browser.evaluate("document.querySelector('[type=search]').value = 'many/77'");
        browser.evaluate("document.querySelector('[type=search]').dispatchEvent(new Event('input'))");
        browser.await("the one sought", "seen.rows('Destinations')[0]?.[0] === '/topic/of-many/77'");
        assertThat(browser.complaints()).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ pictures

    /**
     * Makes the pictures of the documents. Run by
     * {@code -Dit.test=ConsoleIT#picturesForTheDocuments -Dsluice.pictures=FOLDER}.
     */
    @Test
    @EnabledIfSystemProperty(named = "sluice.pictures", matches = ".+")
    void picturesForTheDocuments() throws Exception {
        Path into = Path.of(System.getProperty("sluice.pictures"));
        for (String colour : List.of("red", "green", "blue")) {
            keep(new Service(colour));
        }
        for (int i = 0; i < 9; i++) {
            keep(new Reading(SLOW_TOPIC));
        }
        keep(new Reading("/queue/jobs"));
        keep(new Reading("/topic/weather"));
        stalled();
        keep(new Feeding(SLOW_TOPIC, 2000, 4));
        keep(new Feeding("/queue/jobs", 100, 10));
        keep(new Feeding("/topic/weather", 200, 100));
        PlainClient gone = client("/topic/weather");
        awaitSubscribers(13);
        gone.goodbye();
        gone.close();
        browser.await("a slow one", "seen.rows('Subscribers')[0]?.join(' ').includes('slow since')");
        // The charts need something to show.
        await().pollDelay(Duration.ofSeconds(75)).atMost(Duration.ofMinutes(3)).until(() -> true);
        browser.colours("light");
        picture(into, "console-overview-1280-light.png", 1280, 1000);
        picture(into, "console-overview-390-light.png", 390, 844);
        browser.colours("dark");
        picture(into, "console-overview-1280-dark.png", 1280, 1000);
        picture(into, "console-overview-390-dark.png", 390, 844);
        browser.size(1280, 1000);
        go("destination/%2Ftopic%2Fservices?watch=charts");
        signIn();
        await().pollDelay(Duration.ofSeconds(60)).atMost(Duration.ofMinutes(3)).until(() -> true);
        browser.evaluate("document.querySelector('[aria-label=\"Watch live\"]').scrollIntoView()");
        browser.evaluate("scrollBy(0, -90)");
        picture(into, "console-watch-1280-dark.png", 1280, 760);
        browser.colours("light");
        picture(into, "console-watch-1280-light.png", 1280, 760);
        picture(into, "console-watch-390-light.png", 390, 844);
    }

    private void picture(Path into, String name, int width, int height) throws Exception {
        browser.size(width, height);
        if (name.contains("watch")) {
            browser.evaluate("document.querySelector('[aria-label=\"Watch live\"]').scrollIntoView()");
            browser.evaluate("scrollBy(0, -90)");
        }
        // Charts take their new width with the next second.
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
        Files.createDirectories(into);
        byte[] png = browser.picture();
        Files.write(into.resolve(name), png);
        System.out.println(name + ": " + png.length + " bytes");
        assertThat(png.length).as(name).isLessThan(200_000);
    }

    // ------------------------------------------------------------------------------------------------ what is done to
    // the broker

    private void go(String page) {
        browser.evaluate("location.hash = '#" + page + "'");
        browser.await("the page " + page, "document.querySelector('main').children.length > 0");
    }

    private void press(String label) {
        browser.await("the button " + label, "seen.button('" + label + "')");
        browser.evaluate("seen.button('" + label + "').click()");
    }

    private void signIn() throws IOException {
        browser.await("the question for the token", "document.querySelector('dialog [name=token]')");
        browser.evaluate("seen.signIn(" + Json.quoted(token()) + ")");
        browser.await("its answer", "!document.querySelector('dialog')");
    }

    private String token() throws IOException {
        return Files.readString(folder.resolve("token")).strip();
    }

    private long shown(String expression) {
        return browser.evaluate("seen.number(" + expression + ")").number();
    }

    private Json get(String path) throws IOException, InterruptedException {
        return Json.parse(body(path));
    }

    private String body(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(admin + path))
                .timeout(TIMEOUT)
                .build();
        return http.send(request, BodyHandlers.ofString()).body();
    }

    /** The sum of all series of a name. */
    private long metric(String name) throws IOException, InterruptedException {
        List<String> series = body("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .toList();
        assertThat(series).as(name).isNotEmpty();
        return (long) series.stream()
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private void awaitSubscribers(int count) {
        await().atMost(TIMEOUT).until(() -> get("/api/v1/broker").number("subscribers") == count);
    }

    private PlainClient client(String destination) throws IOException {
        PlainClient client = keep(new PlainClient(broker.host(), broker.port()));
        client.subscribe(destination);
        return client;
    }

    private PlainClient stalled() throws IOException {
        PlainClient client = keep(new PlainClient(broker.host(), broker.port(), 4096));
        client.subscribe(SLOW_TOPIC);
        return client;
    }

    /** A subscriber that is slow, and has lost something. */
    private void stall() throws IOException {
        stalled();
        PlainClient publisher = client("/null");
        awaitSubscribers(1);
        byte[] message = new byte[LARGE];
        for (int i = 0; i < 3000; i++) {
            publisher.publish(SLOW_TOPIC, message);
        }
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    /** Reads all it gets, on a thread of its own. */
    private final class Reading implements AutoCloseable {
        private final PlainClient client = new PlainClient(broker.host(), broker.port());
        private final Thread thread = new Thread(this::read, "reading");

        Reading(String destination) throws IOException {
            client.subscribe(destination);
            thread.setDaemon(true);
            thread.start();
        }

        private void read() {
            try {
                while (true) {
                    client.receive(Duration.ofMinutes(10).toMillis());
                }
            } catch (IOException e) {
                // Closed: by us, at the end.
            }
        }

        @Override
        public void close() {
            client.close();
        }
    }

    /** Publishes so many messages of a size, then waits so long, and so on. */
    private final class Feeding implements AutoCloseable {
        private final PlainClient client = new PlainClient(broker.host(), broker.port());
        private volatile boolean closed;

        Feeding(String destination, int size, int pauseMs) throws IOException {
            client.subscribe("/null");
            Thread thread = new Thread(() -> feed(destination, size, pauseMs), "feeding");
            thread.setDaemon(true);
            thread.start();
        }

        private void feed(String destination, int size, int pauseMs) {
            byte[] message = "x".repeat(size).getBytes(UTF_8);
            try {
                while (!closed) {
                    client.publish(destination, message);
                    Thread.sleep(pauseMs);
                }
            } catch (IOException | InterruptedException e) {
                // Closed: by us, at the end.
            }
        }

        @Override
        public void close() {
            closed = true;
            client.close();
        }
    }

    /** A small service that tells how it is, twice a second, and connects again when it has to. The red one leaks memory. */
    private final class Service implements AutoCloseable {
        private static final int REMEMBERED = 8;

        private final String colour;
        private final List<String> sent = new ArrayList<>();
        private volatile boolean paused;
        private volatile boolean closed;
        private volatile double mem = 40;

        Service(String colour) {
            this.colour = colour;
            Thread thread = new Thread(this::serve, "service " + colour);
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            int turn = 0;
            while (!closed) {
                try (PlainClient client = new PlainClient(broker.host(), broker.port())) {
                    client.subscribe("/null");
                    while (!closed && !paused) {
                        turn++;
                        double cpu = 20
                                + colour.length() * 5
                                + Math.round(80 * Math.sin(turn / 9.0 + colour.length())) / 10.0;
                        mem = colour.equals("red") ? mem + 0.2 : 30 + colour.length() + turn % 5 / 4.0;
                        remember(number(cpu) + "," + number(mem));
                        client.publish(
                                "/topic/services",
                                ("{\"color\":\"" + colour + "\",\"cpu\":" + number(cpu) + ",\"mem\":" + number(mem)
                                                + "}")
                                        .getBytes(UTF_8));
                        Thread.sleep(500);
                    }
                    Thread.sleep(50);
                } catch (IOException e) {
                    pause(Duration.ofMillis(200));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }

        private void pause(Duration time) {
            try {
                Thread.sleep(time.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** As the page writes it: three digits. */
        private String number(double value) {
            double rounded = Math.round(value * 10) / 10.0;
            return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
        }

        private synchronized void remember(String values) {
            sent.add(values);
            if (sent.size() > REMEMBERED) {
                sent.remove(0);
            }
        }

        /** Its last messages as the page shows them. */
        synchronized List<String> latest() {
            return List.copyOf(sent);
        }

        void pause() {
            paused = true;
        }

        void resume() {
            paused = false;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
