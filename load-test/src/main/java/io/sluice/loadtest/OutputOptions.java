package io.sluice.loadtest;

import io.sluice.loadtest.report.HtmlReport;
import io.sluice.loadtest.report.JsonReport;
import io.sluice.loadtest.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where results go, besides the table. */
final class OutputOptions {
    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Writes all runs to FILE, for sluice load-test compare (default: no).")
    private @Nullable Path json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Writes a page with charts to FILE; it needs no other file (default: no).")
    private @Nullable Path html;

    @Option(names = "--quiet", description = "Shows no progress (default: on standard error).")
    private boolean quiet;

    boolean quiet() {
        return quiet;
    }

    /**
     * Looks before the load runs whether the files can be written.
     *
     * @throws ParameterException if one cannot
     */
    void check(CommandSpec command) {
        check(command, "--json", json);
        check(command, "--html", html);
    }

    /** @throws CommandFailedException if a file could not be written; the other one has been */
    void write(Report report) {
        List<String> problems = new ArrayList<>();
        write(json, problems, file -> JsonReport.write(report, file));
        write(html, problems, file -> Files.writeString(file, HtmlReport.page(List.of(report))));
        if (!problems.isEmpty()) {
            throw new CommandFailedException(ExitCode.FAILED, String.join("; ", problems));
        }
    }

    private interface Writer {
        void write(Path file) throws IOException;
    }

    private static void write(@Nullable Path file, List<String> problems, Writer writer) {
        if (file == null) {
            return;
        }
        try {
            writer.write(file);
        } catch (IOException e) {
            problems.add("cannot write " + file + ": " + Reasons.of(e));
        }
    }

    private static void check(CommandSpec command, String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        String problem = "";
        if (Files.isDirectory(file)) {
            problem = "is a folder";
        } else if (Files.exists(file)) {
            problem = Files.isWritable(file) ? "" : "may not be written";
        } else if (folder == null || !Files.isDirectory(folder)) {
            problem = "cannot be made: there is no folder " + folder;
        } else if (!Files.isWritable(folder)) {
            problem = "cannot be made: the folder " + folder + " may not be written";
        }
        if (!problem.isEmpty()) {
            throw new ParameterException(command.commandLine(), option + " " + file + " " + problem);
        }
    }
}
