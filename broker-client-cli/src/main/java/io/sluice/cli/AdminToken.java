package io.sluice.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What proves to a broker that we may change something.
 *
 * @param text empty if there is none
 * @param about where it comes from, or why there is none, for the user
 */
record AdminToken(String text, String about) {
    private static final int LONGEST = 1024;

    static AdminToken none(String why) {
        return new AdminToken("", why);
    }

    /** @throws IOException if the file cannot be read, or is none with a token */
    static AdminToken read(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IOException("is longer than any token: " + Files.size(file) + " bytes");
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        // As it goes into a line of the request.
        if (!text.matches("[!-~]+")) {
            throw new IOException(text.isEmpty() ? "is empty" : "holds no token: one line of ASCII without blanks");
        }
        return new AdminToken(text, "from " + file);
    }

    boolean isNone() {
        return text.isEmpty();
    }

    /** Without the token itself, should it ever be printed. */
    @Override
    public String toString() {
        return "token " + about;
    }
}
