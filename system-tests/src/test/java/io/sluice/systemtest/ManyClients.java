package io.sluice.systemtest;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process with many connections to a broker, each of a subscriber that reads nothing that is not there. */
final class ManyClients implements AutoCloseable {
    private final Process process;

    /**
     * Connects and subscribes; returns when all have written their subscription.
     *
     * @param destinations how many topics they share, {@code /topic/many-0} and so on
     */
    ManyClients(int port, int connections, int destinations) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyClients.class.getName(),
                        Integer.toString(port),
                        Integer.toString(connections),
                        Integer.toString(destinations))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.getInputStream().read() != '.') {
            throw new IOException("the process of many clients ended with "
                    + process.onExit().join().exitValue());
        }
    }

    /** The process: says {@code .} when all are there, and ends when nobody listens any more. */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        int connections = Integer.parseInt(arguments[1]);
        int destinations = Integer.parseInt(arguments[2]);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Socket socket = new Socket("127.0.0.1", port);
            byte[] name = ("/topic/many-" + i % destinations).getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4 + name.length)
                            .putInt(name.length)
                            .put(name)
                            .array());
            sockets.add(socket);
        }
        System.out.print('.');
        System.out.flush();
        try (InputStream in = System.in) {
            in.read();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
