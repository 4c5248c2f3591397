package io.sluice.loadtest.target;

import io.netty.channel.ChannelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Starts a {@link Relay} in a process of its own: {@code --port N --ports-file FILE [--sink]}. Once it listens, the file
 * says where, as that of the broker does: {@code native=127.0.0.1:PORT}.
 */
public final class RelayMain {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private RelayMain() {}

    /** Runs until the process is ended. */
    public static void main(String[] args) throws InterruptedException {
        int port = 0;
        boolean sink = false;
        Path portsFile = null;
        try {
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--port" -> port = Integer.parseInt(args[++i]);
                    case "--ports-file" -> portsFile = Path.of(args[++i]);
                    case "--sink" -> sink = true;
                    default -> throw new IllegalArgumentException(args[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            System.err.println("relay: not understood: " + String.join(" ", args)
                    + "; usage: [--port N] [--ports-file FILE] [--sink]");
            System.exit(USAGE);
        }
        serve(port, portsFile, sink);
    }

    private static void serve(int port, @Nullable Path portsFile, boolean sink) throws InterruptedException {
        try (Relay relay = new Relay(port, sink)) {
            if (portsFile != null) {
                writePorts(portsFile, relay.port());
            }
            relay.await();
        } catch (IOException | ChannelException e) {
            System.err.println("relay: " + e);
            System.exit(FAILED);
        }
    }

    /** Whole or not at all: whoever waits for the file may read it at once. */
    static void writePorts(Path file, int port) throws IOException {
        Path written = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(written, "native=127.0.0.1:" + port + "\n");
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
