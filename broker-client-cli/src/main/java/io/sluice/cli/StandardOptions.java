package io.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** What all commands share: help, version, and what their exit codes say. */
@Command(
        versionProvider = StandardOptions.Version.class,
        sortOptions = false,
        descriptionHeading = "%n",
        optionListHeading = "%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; also: a message is in doubt or was dropped",
            "2:wrong usage",
            "3:cannot connect",
            "4:refused: the broker closed the connection within a second, three times running, or does not take the token",
            "5:timed out (--timeout)",
            "130:ended by Ctrl-C"
        })
@SuppressWarnings("UnusedVariable") // picocli reads the fields
final class StandardOptions {
    // No -h: that is the host, as with other brokers' tools.
    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    private boolean helpWanted;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    private boolean versionWanted;

    /** Reads the version from the manifest of the jar that this class came in. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = StandardOptions.class.getPackage().getImplementationVersion();
            return new String[] {"sluice " + (version == null ? "(not packaged)" : version)};
        }
    }
}
