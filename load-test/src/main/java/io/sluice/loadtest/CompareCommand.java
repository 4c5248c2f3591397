package io.sluice.loadtest;

import io.sluice.loadtest.report.Comparison;
import io.sluice.loadtest.report.HtmlReport;
import io.sluice.loadtest.report.JsonReport;
import io.sluice.loadtest.report.Report;
import io.sluice.loadtest.report.SvgChart;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one or several reports again, side by side: as a table, as a page, as a picture. */
@Command(
        name = "compare",
        description = {
            "Puts reports that were written with --json side by side.",
            "",
            "Rows of the same title and target stand together; the ratio is that of the median rates, against the first "
                    + "report. Of one report it makes a page or a picture."
        })
final class CompareCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli's alone
    private StandardOptions standardOptions = new StandardOptions();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Reports, as --json writes them.")
    private List<Path> files = List.of();

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Writes a page with charts: one file, needs no network.")
    private @Nullable Path html;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "Writes a picture of the deliveries per second of each row and target.")
    private @Nullable Path svg;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Report> reports = new ArrayList<>();
        for (Path file : files) {
            try {
                reports.add(JsonReport.read(file));
            } catch (IOException e) {
                return end(ExitCode.USAGE, "cannot read " + file + ": " + Reasons.of(e));
            } catch (IllegalArgumentException e) {
                return end(ExitCode.USAGE, String.valueOf(e.getMessage()));
            }
        }
        List<String> names = names(files);
        PrintWriter out = spec.commandLine().getOut();
        Comparison.table(reports, names).forEach(out::println);
        out.flush();
        int written = html == null ? ExitCode.OK : write(html, HtmlReport.page(reports, names));
        return written != ExitCode.OK || svg == null ? written : write(svg, SvgChart.of(reports, names));
    }

    private int write(Path file, String text) {
        try {
            Files.writeString(file, text);
            return ExitCode.OK;
        } catch (IOException e) {
            return end(ExitCode.FAILED, "cannot write " + file + ": " + Reasons.of(e));
        }
    }

    /** File names without .json, where these differ; else the paths as they were given. */
    private static List<String> names(List<Path> files) {
        List<String> names = files.stream()
                .map(file -> String.valueOf(file.getFileName()).replaceFirst("\\.json$", ""))
                .toList();
        return new HashSet<>(names).size() == names.size()
                ? names
                : files.stream().map(Path::toString).toList();
    }

    private int end(int exitCode, String line) {
        spec.commandLine().getErr().println(line);
        return exitCode;
    }
}
