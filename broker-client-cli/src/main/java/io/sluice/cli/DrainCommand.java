package io.sluice.cli;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice drain}. */
@Command(
        name = "drain",
        description = {
            "Lets a broker end without haste: it takes no new connections, reads its publishers until they have been silent for a "
                    + "second, lets its subscribers leave one after the other, each with what was queued for it, and ends.",
            "",
            "Needs the broker's token."
        })
final class DrainCommand extends AdminCommand {
    private static final long LOOK_EVERY_MS = 500;

    @Option(
            names = "--leave-over",
            paramLabel = "SECONDS",
            converter = Seconds.Converter.class,
            description =
                    "The time over which subscribers leave, in seconds (default: the broker's shutdown.leave-over).")
    private @Nullable Seconds leaveOver;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            converter = Seconds.Converter.class,
            description =
                    "Wait until it has ended, at most this time in seconds; exit code 5 if it has not (default: do not "
                            + "wait).")
    private @Nullable Seconds wait;

    DrainCommand(Console console) {
        super(console);
    }

    @Override
    int ask(AdminClient client, Console console) throws Exception {
        String plan =
                leaveOver == null ? "{}" : "{\"leave_over_ms\":" + TimeUnit.NANOSECONDS.toMillis(leaveOver.ns()) + "}";
        client.post("/api/v1/drain", plan);
        console.note("the broker at " + client.address() + " drains");
        return wait == null ? ExitCode.OK : awaitEnd(client, console, wait);
    }

    private static int awaitEnd(AdminClient client, Console console, Seconds patience) throws InterruptedException {
        long beganNs = System.nanoTime();
        while (System.nanoTime() - beganNs < patience.ns()) {
            try {
                String left = Figures.count(
                        client.get("/api/v1/broker").at("connections", "open").number());
                if (console.isErrTerminal()) {
                    console.progress(left + " connections left");
                }
            } catch (CommandFailedException e) {
                if (e.exitCode() == ExitCode.CANNOT_CONNECT) {
                    console.note("it has ended");
                    return ExitCode.OK;
                }
                // Just ending, it may break off an answer; the next attempt tells.
            }
            Thread.sleep(LOOK_EVERY_MS);
        }
        throw new CommandFailedException(
                ExitCode.TIMED_OUT,
                "the broker at " + client.address() + " has not ended within " + Seconds.text(patience.ns())
                        + " s (--wait); it drains on");
    }
}
