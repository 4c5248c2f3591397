package io.sluice.cli;

import io.sluice.client.Message;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Puts each message into a new file of a folder: {@code message-000001}, and so on. The names come from a counter and from
 * nothing that was received, and a file that is there already is never touched: its number is left out.
 */
final class DumpFolder implements MessageSink {
    private final Path folder;
    private final Console console;
    private final boolean tellsFiles;
    private long number;

    /** @param tellsFiles whether each file is told on standard error */
    DumpFolder(Path folder, Console console, boolean tellsFiles) {
        this.folder = folder;
        this.console = console;
        this.tellsFiles = tellsFiles;
    }

    @Override
    public void take(Message message) throws PrintFailedException {
        while (true) {
            Path file = folder.resolve(String.format("message-%06d", ++number));
            try {
                Files.write(file, message.payload(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                if (tellsFiles) {
                    console.note(file + ": " + message.payload().length + " bytes from "
                            + TerminalText.of(message.destination()));
                }
                return;
            } catch (FileAlreadyExistsException e) {
                // Somebody else's, or of an earlier run: the next number.
            } catch (IOException e) {
                throw new PrintFailedException(file.toString(), e);
            }
        }
    }

    @Override
    public void flush() {
        // Each file is whole when it was written.
    }
}
