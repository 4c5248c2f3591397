package io.sluice.broker.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The terminal the daemon was started from, if any: SIGHUP comes from people, and from a terminal that is closed. */
final class Terminal {
    private static final Path DEVICE = Path.of("/dev/tty");

    private final boolean atStart = isThere();

    /** Whether there was one and it is gone. */
    boolean isGone() {
        return atStart && !isThere();
    }

    private static boolean isThere() {
        try (InputStream terminal = Files.newInputStream(DEVICE)) {
            return true;
        } catch (IOException | SecurityException e) {
            return false;
        }
    }
}
