package io.sluice.cli;

import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The terminal as a screen: keys come one by one and unseen, and what is drawn leaves what stood there before untouched. The
 * settings of the terminal are read and changed by {@code stty}, on the terminal of the process, whatever standard input is.
 *
 * <p>Ctrl-C still is a signal. {@link #close}, which may be called by any thread and more than once, brings everything back.
 */
final class Terminal implements Closeable {
    private static final File TTY = new File("/dev/tty");
    private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
    private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    // Nothing of a picture is seen before all of it is there, where the terminal knows how.
    private static final String BEGIN = "\u001b[?2026h\u001b[H";
    private static final String END = "\u001b[J\u001b[?2026l";
    private static final Size USUAL = new Size(80, 24);

    private final OutputStream out;
    private final InputStream keys;
    private final String settings;
    private boolean raw;

    /** In places and lines. */
    record Size(int width, int height) {}

    private Terminal(OutputStream out, InputStream keys, String settings) {
        this.out = out;
        this.keys = keys;
        this.settings = settings;
    }

    /**
     * Takes hold of the terminal.
     *
     * @param out where it is drawn
     * @return null if this process has no terminal that could be used so
     */
    static @Nullable Terminal open(OutputStream out) throws IOException {
        if ("dumb".equals(System.getenv("TERM"))) {
            return null;
        }
        String settings;
        InputStream keys;
        try {
            settings = stty("-g").strip();
            keys = new FileInputStream(TTY);
        } catch (IOException e) {
            return null;
        }
        Terminal terminal = new Terminal(out, keys, settings);
        terminal.resume();
        return terminal;
    }

    /** Waits for keys; returns none when there will be no more. */
    List<String> keys() throws IOException {
        byte[] bytes = new byte[256];
        int length = keys.read(bytes);
        return length <= 0 ? List.of() : Keys.of(bytes, length);
    }

    Size size() {
        try {
            String[] size = stty("size").strip().split(" ", -1);
            int height = Integer.parseInt(size[0]);
            int width = Integer.parseInt(size[1]);
            // A terminal at the end of a serial line knows no size.
            return width > 0 && height > 0 ? new Size(width, height) : USUAL;
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return USUAL;
        }
    }

    /** Draws the whole screen; each line is cut to its width already. */
    synchronized void draw(List<TopScreen.Line> lines, boolean coloured) throws IOException {
        if (!raw) {
            return;
        }
        StringBuilder screen = new StringBuilder(BEGIN);
        for (int i = 0; i < lines.size(); i++) {
            TopScreen.Line line = lines.get(i);
            screen.append(i == 0 ? "" : "\r\n").append(look(line, coloured)).append("\u001b[K");
        }
        write(screen.append(END).toString());
    }

    // Titles stand out on terminals without colours too: reverse is no colour.
    private static String look(TopScreen.Line line, boolean coloured) {
        return switch (line.look()) {
            case PLAIN -> line.text();
            case TITLE -> "\u001b[7m" + line.text() + "\u001b[0m";
            case ALARM -> coloured ? "\u001b[1;31m" + line.text() + "\u001b[0m" : line.text();
        };
    }

    /** Stops this process as Ctrl-Z does; returns when it goes on. */
    void suspend() throws IOException {
        close();
        run(new ProcessBuilder(
                "kill", "-TSTP", Long.toString(ProcessHandle.current().pid())));
        resume();
    }

    private synchronized void resume() throws IOException {
        // Ctrl-Z comes as a key, so that the screen can be left first; Ctrl-S is none that could stop the drawing.
        stty("-icanon", "-echo", "-ixon", "min", "1", "time", "0", "susp", "undef");
        raw = true;
        write(ENTER);
    }

    @Override
    public synchronized void close() {
        if (!raw) {
            return;
        }
        raw = false;
        try {
            write(LEAVE);
        } catch (IOException e) {
            // Nobody sees it any more; the settings matter to whoever comes next.
        }
        try {
            stty(settings);
        } catch (IOException e) {
            // It has gone.
        }
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String stty(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        return run(new ProcessBuilder(command).redirectInput(TTY));
    }

    private static String run(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (InputStream printed = process.getInputStream()) {
            String text = new String(printed.readAllBytes(), StandardCharsets.US_ASCII);
            if (process.waitFor() != 0) {
                throw new IOException(builder.command() + " failed");
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
