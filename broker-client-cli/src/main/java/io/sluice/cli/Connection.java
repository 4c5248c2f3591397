package io.sluice.cli;

import io.sluice.protocol.NativeFrames;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection to a broker that speaks the native protocol, over a blocking socket.
 *
 * <p>One thread writes and one reads. {@link #goodbye} may come from a third as long as nobody publishes, and
 * {@link #close} from anywhere: it ends a blocked read or write.
 */
final class Connection implements Closeable {
    static final int DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

    private static final int WRITE_BUFFER_BYTES = 64 * 1024;
    private static final long REFUSAL_TIME_NS = TimeUnit.SECONDS.toNanos(1);

    private final Socket socket;
    private final String remoteText;
    private final InputStream in;
    private final OutputStream out;
    private final long connectedAtNs = System.nanoTime();
    private final AtomicBoolean goodbyeSaid = new AtomicBoolean();

    private Connection(Socket socket, String remoteText) throws IOException {
        this.socket = socket;
        this.remoteText = remoteText;
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        in = socket.getInputStream();
        out = new BufferedOutputStream(socket.getOutputStream(), WRITE_BUFFER_BYTES);
    }

    /**
     * Connects to the first address of the host that takes the connection.
     *
     * @param timeoutMs for each address
     * @throws CommandFailedException with {@link ExitCode#CANNOT_CONNECT}, or with {@link ExitCode#REFUSED} if the
     *     connection was taken and then reset before this side knew that it was there
     */
    static Connection open(String host, int port, int timeoutMs) {
        String remoteText = HostAndPort.text(host, port);
        IOException lastFailure = new IOException("it has no address");
        for (InetAddress address : resolve(host, remoteText)) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port), timeoutMs);
                return new Connection(socket, remoteText);
            } catch (IOException e) {
                closeQuietly(socket);
                if (isReset(e)) {
                    throw new CommandFailedException(ExitCode.REFUSED, refusal(remoteText, " (" + reasonOf(e) + ")"));
                }
                lastFailure = e;
            }
        }
        String remedy = lastFailure instanceof ConnectException
                ? "is the broker running? start one with: sluice broker"
                : "check the host, the port and the network in between";
        throw new CommandFailedException(
                ExitCode.CANNOT_CONNECT,
                "cannot connect to " + remoteText + ": " + reasonOf(lastFailure) + "; " + remedy);
    }

    private static InetAddress[] resolve(String host, String remoteText) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new CommandFailedException(
                    ExitCode.CANNOT_CONNECT,
                    "cannot connect to " + remoteText
                            + ": no address is known for this host; check the spelling of -h");
        }
    }

    private static boolean isReset(IOException e) {
        return String.valueOf(e.getMessage()).contains("reset");
    }

    private static String refusal(String remoteText, String detail) {
        return "refused: " + remoteText + " closed the connection at once" + detail + "; the broker's log says why";
    }

    /** An exception's message as the middle of a sentence. */
    static String reasonOf(IOException e) {
        String message = e.getMessage();
        if (message == null || message.isEmpty()) {
            return e.getClass().getSimpleName();
        }
        return Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    /** The other end, as the user wrote it. */
    String remoteText() {
        return remoteText;
    }

    String localText() {
        return HostAndPort.text((InetSocketAddress) socket.getLocalSocketAddress());
    }

    /**
     * Whether the connection is less than a second old. The native protocol has no word for a refusal: a broker that does
     * not want a client closes it at once.
     */
    boolean isYoung() {
        return System.nanoTime() - connectedAtNs < REFUSAL_TIME_NS;
    }

    /** What to tell the user when a young connection ends. */
    String refusal(String detail) {
        return refusal(remoteText, detail);
    }

    InputStream in() {
        return in;
    }

    /** From now on a read that waits longer throws {@link java.net.SocketTimeoutException}. */
    void setReadTimeoutMs(int timeoutMs) throws IOException {
        socket.setSoTimeout(timeoutMs);
    }

    /** The first frame. A client that only sends subscribes to {@code /null}. */
    void subscribe(byte[] destination) throws IOException {
        writeFrame(destination);
        out.flush();
    }

    /** Buffered: see {@link #flush}. */
    void publish(byte[] destination, byte[] payload) throws IOException {
        writeFrame(destination);
        writeFrame(payload);
    }

    void flush() throws IOException {
        out.flush();
    }

    /** Tells the broker that nothing more will come: a zero-length frame where a destination is due. Only once. */
    void goodbye() throws IOException {
        // In a write of its own: if the broker has closed already, the messages before it bring a reset, and then this
        // write fails instead of an end of stream that is no confirmation being taken for one.
        out.flush();
        if (goodbyeSaid.compareAndSet(false, true)) {
            socket.getOutputStream().write(new byte[NativeFrames.HEADER_BYTES]);
        }
    }

    private void writeFrame(byte[] content) throws IOException {
        out.write(content.length >>> 24);
        out.write(content.length >>> 16);
        out.write(content.length >>> 8);
        out.write(content.length);
        out.write(content);
    }

    @Override
    public void close() {
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is left to be done with it.
        }
    }
}
