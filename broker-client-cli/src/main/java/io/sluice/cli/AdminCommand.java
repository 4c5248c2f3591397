package io.sluice.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that asks a broker's admin listener. */
abstract class AdminCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli's alone
    private StandardOptions standardOptions = new StandardOptions();

    @Mixin
    private AdminOptions admin = new AdminOptions();

    AdminCommand(Console console) {
        this.console = console;
    }

    @Override
    public final Integer call() throws Exception {
        check(spec);
        return ask(admin.client(spec), console);
    }

    /** @throws ParameterException if the options cannot be meant */
    void check(CommandSpec command) {}

    /** Does what the command is for, and returns its exit code. */
    abstract int ask(AdminClient client, Console console) throws Exception;
}
