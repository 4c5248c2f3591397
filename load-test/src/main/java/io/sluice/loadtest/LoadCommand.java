package io.sluice.loadtest;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** A scenario that consists of publishing and subscribing alone. */
abstract class LoadCommand extends ScenarioCommand {
    private final String scenario;
    private final boolean queue;

    @Mixin
    private LoadOptions load;

    LoadCommand(Console console, String scenario, boolean queue, LoadOptions load) {
        super(console);
        this.scenario = scenario;
        this.queue = queue;
        this.load = load;
    }

    final LoadOptions load() {
        return load;
    }

    @Override
    void check(CommandSpec command) {
        load.check(command);
    }

    @Override
    final int rounds() {
        return load.runs();
    }

    @Override
    final boolean hasCeiling() {
        return load.ceiling();
    }

    @Override
    final boolean usesQueues() {
        return queue;
    }

    @Override
    void measure(Bench bench) throws InterruptedException {
        for (Setting setting : load.settings(scenario, queue)) {
            measure(bench, setting);
        }
    }

    /** One row. */
    void measure(Bench bench, Setting setting) throws InterruptedException {
        bench.row(setting);
    }
}
