package io.sluice.cli;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code sluice top} on a terminal. One thread draws, and knows what is to be seen; one reads keys; one asks the broker, again
 * and again, and at once when something else is wanted. The last two are daemons and tell the first through a queue.
 */
final class LiveTop implements Stoppable {
    private static final long STOP_TIMEOUT_MS = 1_000;

    private final AdminClient client;
    private final Console console;
    private final TopView view;
    private final long intervalNs;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();

    private Terminal.Size size = new Terminal.Size(0, 0);
    private BrokerPicture picture;
    private @Nullable String problem;
    private boolean ended;

    private record Question(TopSort sort, String filter) {}

    /** Something that the drawing thread has to do. */
    private interface Event {
        void happen(Terminal terminal) throws IOException;
    }

    /** @param first what is shown first */
    LiveTop(AdminClient client, Console console, TopView view, long intervalNs, BrokerPicture first) {
        this.client = client;
        this.console = console;
        this.view = view;
        this.intervalNs = intervalNs;
        this.picture = first;
    }

    @Override
    public int run() throws IOException, InterruptedException {
        try (Terminal terminal = Terminal.open(console.out())) {
            if (terminal == null) {
                new TopScreen(picture).print(console.out());
                return ExitCode.OK;
            }
            size = terminal.size();
            start("keys", () -> readKeys(terminal));
            start("broker", () -> askAgainAndAgain(terminal));
            while (!ended) {
                terminal.draw(
                        new TopScreen(picture).fitted(view, problem, size.width(), size.height()),
                        console.ansi().enabled());
                events.take().happen(terminal);
                for (Event more = events.poll(); more != null; more = events.poll()) {
                    more.happen(terminal);
                }
            }
        }
        return ExitCode.OK;
    }

    @Override
    public void stop() {
        events.add(terminal -> ended = true);
    }

    @Override
    public long stopTimeoutMs() {
        return STOP_TIMEOUT_MS;
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void readKeys(Terminal terminal) {
        try {
            for (var keys = terminal.keys(); !keys.isEmpty(); keys = terminal.keys()) {
                for (String key : keys) {
                    events.add(there -> press(key, there));
                }
            }
        } catch (IOException e) {
            // As with its end: the terminal has gone.
        }
        stop();
    }

    private void press(String key, Terminal terminal) throws IOException {
        switch (view.press(key)) {
            case QUIT -> ended = true;
            case SUSPEND -> terminal.suspend();
            case QUESTION -> questions.add(new Question(view.sort(), view.filter()));
            case VIEW, NOTHING -> {
                // It is drawn anew anyway.
            }
        }
    }

    private void askAgainAndAgain(Terminal terminal) {
        Question question = new Question(view.sort(), view.filter());
        try {
            while (true) {
                Question other = questions.poll(intervalNs, TimeUnit.NANOSECONDS);
                question = other == null ? question : other;
                ask(question, terminal);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Where the terminal is given back first, so that it can be read.
            events.add(there -> {
                throw e;
            });
        }
    }

    private void ask(Question question, Terminal terminal) {
        Terminal.Size now = terminal.size();
        try {
            BrokerPicture taken = BrokerPicture.take(client, question.sort(), question.filter());
            events.add(there -> {
                picture = taken;
                problem = null;
                size = now;
            });
        } catch (CommandFailedException e) {
            events.add(there -> {
                problem = e.line();
                size = now;
            });
        }
    }
}
