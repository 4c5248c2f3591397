package io.sluice.loadtest;

import picocli.CommandLine.Command;

/** {@code load-test queue}. */
@Command(
        name = "queue",
        description =
                "How many messages a second pass through a queue, where each goes to one subscriber (nats: a queue "
                        + "group; redis and mqtt have none).")
final class QueueCommand extends LoadCommand {
    QueueCommand(Console console) {
        super(console, "queue", true, new LoadOptions(2, 4, 0));
    }
}
