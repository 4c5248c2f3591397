package io.sluice.loadtest;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** What all commands share: help, version, and what their exit codes say. */
@Command(
        versionProvider = StandardOptions.Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        descriptionHeading = "%n",
        optionListHeading = "%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed: something was lost, duplicated, reordered or disconnected, a limit was missed, or the results "
                    + "could not be written",
            "2:wrong usage",
            "3:cannot connect",
            "130:ended by Ctrl-C"
        })
@SuppressWarnings("UnusedVariable") // picocli reads the fields
final class StandardOptions {
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
            return new String[] {product()};
        }
    }

    /** "sluice 0.1.0". */
    static String product() {
        String version = StandardOptions.class.getPackage().getImplementationVersion();
        return "sluice " + (version == null ? "(not packaged)" : version);
    }
}
