package io.sluice.loadtest.report;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A {@link Report} as a JSON document: the components of the records are its keys. */
public final class JsonReport {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private JsonReport() {}

    public static void write(Report report, Path file) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(report) + "\n");
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is no report, or one of another format; the message says which, and names the file
     */
    public static Report read(Path file) throws IOException {
        String text = text(file);
        Report report;
        try {
            report = JSON.readValue(text, Report.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + " is not a report of sluice load-test: " + problem(text, e), e);
        }
        if (report == null || report.format() != Report.FORMAT) {
            throw new IllegalArgumentException(file + " has format " + (report == null ? "null" : report.format())
                    + " and only " + Report.FORMAT + " can be read: make it again with this version");
        }
        return report;
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + " is not a report of sluice load-test: it is no text", e);
        }
    }

    /** In words of JSON, and not in those of the classes that it is read into. */
    private static String problem(String text, JacksonException e) {
        if (text.isBlank()) {
            return "it is empty";
        }
        if (e instanceof StreamReadException) {
            return "no JSON in line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage();
        }
        StringBuilder where = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() == null) {
                where.append('[').append(step.getIndex()).append(']');
            } else {
                where.append(where.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return "what is expected is not there" + (where.isEmpty() ? "" : ", or of another kind, at " + where);
    }
}
