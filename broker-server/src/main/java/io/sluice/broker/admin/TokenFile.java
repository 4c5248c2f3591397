package io.sluice.broker.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that the token is in: made at the first start, readable for its owner alone, and found by our tools. */
public final class TokenFile {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.admin");
    private static final int FEWEST_CHARS = 16;
    private static final int MOST_BYTES = 4096;
    private static final Set<PosixFilePermission> FOR_OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private TokenFile() {}

    /**
     * Where it is if nobody says otherwise: {@code sluice/admin-token} under {@code $XDG_STATE_HOME}, or under
     * {@code ~/.local/state}.
     *
     * @param environment of the process
     * @param home the user's, as the JVM says
     */
    public static Path usual(Map<String, String> environment, String home) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        Path folder = state.startsWith("/") ? Path.of(state) : Path.of(home, ".local", "state");
        return folder.resolve("sluice").resolve("admin-token");
    }

    /**
     * The token in a file.
     *
     * @throws IOException if it cannot be read, or holds nothing that could be a token
     */
    static String read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("it is larger than " + MOST_BYTES + " bytes, this is no token");
        }
        String token = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (token.length() < FEWEST_CHARS || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IOException("a token has at least " + FEWEST_CHARS
                    + " characters, all printable ASCII without blanks; put one there, or, for a broker on 127.0.0.1,"
                    + " remove the file to have one made");
        }
        return token;
    }

    /** Why it could not be read or made: the messages of some faults are the path alone. */
    static String because(IOException fault) {
        if (fault instanceof NoSuchFileException) {
            return "it is not there";
        }
        if (fault instanceof AccessDeniedException) {
            return "permission denied; the user of the broker, " + System.getProperty("user.name")
                    + ", must be able to read it";
        }
        if (fault instanceof CharacterCodingException) {
            return "it is no text";
        }
        return String.valueOf(fault.getMessage());
    }

    /**
     * The token in a file, which is made if it is not there.
     *
     * @param withFolder whether its folder is made too: where somebody named it, a folder that is not there is a slip of the pen
     * @throws IOException if it can be neither read nor made
     */
    static String readOrMake(Path file, boolean withFolder) throws IOException {
        if (Files.exists(file)) {
            warnIfReadableByOthers(file);
            return read(file);
        }
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !withFolder && Files.notExists(folder)) {
            throw new IOException("there is no folder " + folder + "; make it, or name a file in another");
        }
        try {
            return make(file, folder, posix);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    "it is not there and cannot be made: the user of the broker, " + System.getProperty("user.name")
                            + ", may not write to " + e.getFile(),
                    e);
        }
    }

    private static String make(Path file, @Nullable Path folder, boolean posix) throws IOException {
        if (folder != null) {
            Files.createDirectories(folder, attributes(posix, "rwx------"));
        }
        String token = AdminToken.random();
        // Complete under its final name: of two brokers that start at once, one takes what the other made.
        Path made = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".new");
        Files.deleteIfExists(made);
        try (SeekableByteChannel channel = Files.newByteChannel(
                made,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                attributes(posix, "rw-------"))) {
            channel.write(ByteBuffer.wrap((token + "\n").getBytes(StandardCharsets.UTF_8)));
        }
        try {
            link(made, file);
        } catch (FileAlreadyExistsException e) {
            return read(file);
        } finally {
            Files.deleteIfExists(made);
        }
        LOG.info("made {} with the token that changes through the admin API need", file);
        return token;
    }

    private static void link(Path made, Path file) throws IOException {
        try {
            Files.createLink(file, made);
        } catch (UnsupportedOperationException e) {
            Files.move(made, file);
        }
    }

    private static FileAttribute<?>[] attributes(boolean posix, String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static void warnIfReadableByOthers(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (FOR_OTHERS.stream().anyMatch(permissions::contains)) {
            LOG.warn(
                    "others than its owner may read or change the admin token in {} ({}); chmod 600 it, or make a new one",
                    file,
                    PosixFilePermissions.toString(permissions));
        }
    }
}
