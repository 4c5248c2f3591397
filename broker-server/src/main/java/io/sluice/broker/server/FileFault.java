package io.sluice.broker.server;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Says why a file could not be written: of some faults the message is the path alone. */
final class FileFault {
    private FileFault() {}

    static String because(IOException fault) {
        if (fault instanceof NoSuchFileException) {
            return "there is no such folder";
        }
        if (fault instanceof AccessDeniedException) {
            return "permission denied";
        }
        return String.valueOf(fault.getMessage());
    }
}
