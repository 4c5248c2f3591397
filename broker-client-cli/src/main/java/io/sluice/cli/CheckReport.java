package io.sluice.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What {@code sluice check} has found, for one of those who ask.
 *
 * @param state the worst of all
 * @param problem why nothing could be found; empty if something was
 */
record CheckReport(CheckState state, List<Finding> findings, String problem) {
    /** Who asks; {@code --format} takes the names in lower case. */
    enum Format {
        NAGIOS,
        PROMETHEUS,
        JSON
    }

    static CheckReport of(List<Finding> findings) {
        CheckState worst = findings.stream().map(Finding::state).reduce(CheckState.OK, CheckState::orWorse);
        return new CheckReport(worst, findings, "");
    }

    static CheckReport failed(CheckState state, String problem) {
        return new CheckReport(state, List.of(), problem);
    }

    void print(Format format, OutputStream out) throws IOException {
        String text = switch (format) {
            case NAGIOS -> nagios();
            case PROMETHEUS -> prometheus();
            case JSON -> json();
        };
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    // ---------------------------------------------------------------- nagios

    /** One line: what is wrong, or what there is, and behind a bar the figures as the plugin guidelines want them. */
    private String nagios() {
        String said = problem;
        if (said.isEmpty()) {
            said = findings.stream()
                    .filter(finding -> state == CheckState.OK || finding.state() != CheckState.OK)
                    .sorted((a, b) -> b.state().compareTo(a.state()))
                    .map(Finding::text)
                    .collect(Collectors.joining("; "));
        }
        String line = "SLUICE " + state + " - " + said.replace("|", "\\x7c");
        return findings.isEmpty()
                ? line + "\n"
                : line + " | " + findings.stream().map(CheckReport::performance).collect(Collectors.joining(" "))
                        + "\n";
    }

    private static String performance(Finding finding) {
        String unit = switch (finding.unit()) {
            case "percent" -> "%";
            case "seconds" -> "s";
            default -> "";
        };
        Threshold threshold = finding.threshold();
        return finding.name() + "=" + figure(finding.value()) + unit + ";" + Threshold.text(threshold.warning()) + ";"
                + Threshold.text(threshold.critical()) + ";0";
    }

    // ---------------------------------------------------------------- prometheus

    /** Text format 0.0.4, as for the text file collector of the node exporter. */
    private String prometheus() {
        StringBuilder text = new StringBuilder();
        text.append("# HELP sluice_check_state Worst state of all: 0 ok, 1 warning, 2 critical, 3 unknown.\n")
                .append("# TYPE sluice_check_state gauge\n")
                .append("sluice_check_state ")
                .append(state.exitCode())
                .append('\n');
        if (findings.isEmpty()) {
            return text.toString();
        }
        text.append("# HELP sluice_check_finding_state State of one thing that was looked at.\n")
                .append("# TYPE sluice_check_finding_state gauge\n");
        for (Finding finding : findings) {
            sample(
                    text,
                    "sluice_check_finding_state",
                    finding.name(),
                    Integer.toString(finding.state().exitCode()));
        }
        for (Finding finding : findings) {
            String name = "sluice_check_" + finding.name() + (finding.unit().isEmpty() ? "" : "_" + finding.unit());
            text.append("# HELP ").append(name).append(" As sluice check found it.\n");
            text.append("# TYPE ").append(name).append(" gauge\n");
            text.append(name).append(' ').append(figure(finding.value())).append('\n');
        }
        return text.toString();
    }

    private static void sample(StringBuilder text, String metric, String finding, String value) {
        text.append(metric)
                .append("{finding=\"")
                .append(finding)
                .append("\"} ")
                .append(value)
                .append('\n');
    }

    // ---------------------------------------------------------------- json

    private String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("state", state.word());
            json.writeNumberProperty("exit_code", state.exitCode());
            if (!problem.isEmpty()) {
                json.writeStringProperty("problem", problem);
            }
            json.writeArrayPropertyStart("findings");
            for (Finding finding : findings) {
                write(finding, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text + "\n";
    }

    private static void write(Finding finding, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("name", finding.name());
        json.writeStringProperty("state", finding.state().word());
        json.writeNumberProperty("value", new BigDecimal(figure(finding.value())));
        json.writeStringProperty("unit", finding.unit());
        limit("warning", finding.threshold().warning(), json);
        limit("critical", finding.threshold().critical(), json);
        json.writeStringProperty("text", finding.text());
        json.writeEndObject();
    }

    private static void limit(String name, double limit, JsonGenerator json) {
        if (Double.isInfinite(limit)) {
            json.writeNullProperty(name);
        } else {
            json.writeNumberProperty(name, new BigDecimal(Threshold.text(limit)));
        }
    }

    /** To three digits behind the point, without an exponent. */
    private static String figure(double value) {
        return BigDecimal.valueOf(value)
                .setScale(3, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }
}
