package io.sluice.loadtest;

import picocli.CommandLine.Command;

/** {@code load-test fan-out}. */
@Command(
        name = "fan-out",
        description =
                "How many deliveries a second a broker makes when every message goes to many subscribers of a topic.")
final class FanOutCommand extends LoadCommand {
    FanOutCommand(Console console) {
        super(console, "fan-out", false, new LoadOptions(1, 10, 0));
    }
}
