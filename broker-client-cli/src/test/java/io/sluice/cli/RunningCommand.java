package io.sluice.cli;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Help.Ansi;

/** A command that runs in a thread of its own, with what it writes. */
final class RunningCommand {
    private static final Path NO_SETTINGS = Path.of("no-such-folder", "client.properties");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

    private RunningCommand() {}

    static RunningCommand start(String... arguments) {
        return startReading(InputStream.nullInputStream(), arguments);
    }

    /** A command with this as its standard input. */
    static RunningCommand startReading(InputStream in, String... arguments) {
        RunningCommand command = new RunningCommand();
        command.run(command.out, Ansi.OFF, false, console -> SluiceCli.run(console, in, NO_SETTINGS, arguments));
        return command;
    }

    /** A command whose standard error is a terminal. */
    static RunningCommand startOnTerminal(String... arguments) {
        RunningCommand command = new RunningCommand();
        command.run(
                command.out,
                Ansi.OFF,
                true,
                console -> SluiceCli.run(console, InputStream.nullInputStream(), NO_SETTINGS, arguments));
        return command;
    }

    /** A command whose user has settings. */
    static RunningCommand startWithSettings(Path settings, String... arguments) {
        RunningCommand command = new RunningCommand();
        command.run(
                command.out,
                Ansi.OFF,
                false,
                console -> SluiceCli.run(console, InputStream.nullInputStream(), settings, arguments));
        return command;
    }

    static RunningCommand startWritingTo(OutputStream out, String... arguments) {
        RunningCommand command = new RunningCommand();
        command.run(
                out,
                Ansi.OFF,
                false,
                console -> SluiceCli.run(console, InputStream.nullInputStream(), NO_SETTINGS, arguments));
        return command;
    }

    static RunningCommand startInColour(String... arguments) {
        RunningCommand command = new RunningCommand();
        command.run(
                command.out,
                Ansi.ON,
                false,
                console -> SluiceCli.run(console, InputStream.nullInputStream(), NO_SETTINGS, arguments));
        return command;
    }

    private void run(OutputStream to, Ansi ansi, boolean terminal, ToIntFunction<Console> body) {
        Thread thread = new Thread(
                () -> {
                    try {
                        exitCode.complete(body.applyAsInt(new Console(to, err, ansi, false, terminal)));
                    } catch (RuntimeException | Error e) {
                        exitCode.completeExceptionally(e);
                    }
                },
                "command");
        thread.setDaemon(true);
        thread.start();
    }

    int exitCode() throws Exception {
        return exitCode.get(20, TimeUnit.SECONDS);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    String lastErrLine() {
        List<String> lines = err().lines().toList();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
}
