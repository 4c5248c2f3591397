package plainsocket;

import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that is a process of its own, so that it can be stopped and killed. It is told what to do in lines on its
 * standard input and answers each with a line on its standard output; it ends with its input.
 *
 * <pre>
 * connect PORT RECEIVE_BUFFER    connects; 0 leaves the buffer to the system
 * subscribe DESTINATION          sends the first frame
 * listen FILE                    reads from now on; appends to the file which messages came, as they come
 * publish DESTINATION SENDER     publishes from now on, some thousand messages a second
 * send DESTINATION FIRST END     publishes the messages FIRST to END - 1 of sender 0 in one write
 * goodbye                        stops publishing, says goodbye, reads to the end
 * fin                            stops publishing, ends its side of the stream, reads to the end
 * </pre>
 *
 * <p>The last two answer with how many messages were published, how many came, and how the stream ended. A message is the
 * number of its sender, its own number from 0 on, and {@value #MESSAGE_BYTES} bytes in all. All answers but those of an
 * error begin with {@code ok}.
 */
public final class ClientProcess {
    /** Bytes of a message. */
    public static final int MESSAGE_BYTES = 200;

    /** Bytes that the file of {@code listen} gets for each message: sender and number. */
    public static final int RECORD_BYTES = 16;

    private static final long END_TIMEOUT_MS = 30_000;
    private static final long POLL_MS = 100;
    private static final int BURST = 10;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private PlainClient client;
    private Thread listening;
    private Thread publishing;
    private DataOutputStream records;
    private volatile boolean stopping;
    private volatile boolean ending;
    private volatile long published;
    private volatile long received;
    private volatile String failure;
    private volatile PlainClient.Ending howItEnded;

    private ClientProcess() {}

    /** A message as it is published. */
    public static byte[] message(long sender, long number) {
        byte[] message = new byte[MESSAGE_BYTES];
        ByteBuffer.wrap(message).putLong(sender).putLong(number);
        for (int i = RECORD_BYTES; i < message.length; i++) {
            message[i] = (byte) (sender + number + i);
        }
        return message;
    }

    /** Who has sent a message. */
    public static long senderOf(byte[] message) {
        return ByteBuffer.wrap(message).getLong();
    }

    /**
     * The number of a message.
     *
     * @throws IllegalStateException if it is not, byte for byte, what was published
     */
    public static long numberOf(byte[] message) {
        long number =
                message.length < RECORD_BYTES ? -1 : ByteBuffer.wrap(message).getLong(Long.BYTES);
        if (number < 0 || !java.util.Arrays.equals(message, message(senderOf(message), number))) {
            throw new IllegalStateException("a changed message of " + message.length + " bytes came");
        }
        return number;
    }

    /** Obeys until the input ends. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ClientProcess process = new ClientProcess();
        String command = commands.readLine();
        while (command != null) {
            String answer;
            try {
                answer = "ok " + process.obey(List.of(command.split(" ")));
            } catch (IOException | RuntimeException | InterruptedException e) {
                answer = "failed " + e;
            }
            System.out.println(answer.strip());
            System.out.flush();
            command = commands.readLine();
        }
        System.exit(0);
    }

    private String obey(List<String> words) throws IOException, InterruptedException {
        switch (words.get(0)) {
            case "connect":
                connect(Integer.parseInt(words.get(1)), Integer.parseInt(words.get(2)));
                return "";
            case "subscribe":
                client.subscribe(words.get(1));
                return "";
            case "listen":
                records = new DataOutputStream(new FileOutputStream(words.get(1), true));
                listening = start(this::listen);
                return "";
            case "publish":
                long sender = Long.parseLong(words.get(2));
                publishing = start(() -> publish(words.get(1), sender));
                return "";
            case "send":
                send(words.get(1), Integer.parseInt(words.get(2)), Integer.parseInt(words.get(3)));
                return "";
            case "goodbye":
                stopPublishing();
                client.goodbye();
                return end();
            case "fin":
                stopPublishing();
                client.halfClose();
                return end();
            default:
                throw new IllegalArgumentException("unknown command " + words);
        }
    }

    private void connect(int port, int receiveBufferBytes) throws IOException {
        client = new PlainClient("127.0.0.1", port, receiveBufferBytes);
        listening = null;
        publishing = null;
        stopping = false;
        ending = false;
        published = 0;
        received = 0;
        howItEnded = null;
    }

    private Thread start(Piece piece) {
        Thread thread = new Thread(() -> {
            try {
                piece.run();
            } catch (IOException | RuntimeException e) {
                failure = e.toString();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Piece {
        void run() throws IOException;
    }

    private void publish(String destination, long sender) throws IOException {
        while (!stopping) {
            long number = published;
            client.publish(destination, message(sender, number));
            published = number + 1;
            if (number % BURST == 0) {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }

    private void send(String destination, int first, int end) throws IOException {
        byte[][] pairs = new byte[end - first][];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = PlainClient.pair(destination, message(0, first + i));
        }
        client.send(PlainClient.join(pairs));
    }

    private void stopPublishing() throws InterruptedException {
        stopping = true;
        if (publishing != null) {
            publishing.join(END_TIMEOUT_MS);
        }
    }

    private void listen() throws IOException {
        while (howItEnded == null) {
            try {
                record(client.receive(POLL_MS));
            } catch (SocketTimeoutException e) {
                if (ending) {
                    // The rest is read by whoever waits for the end.
                    return;
                }
            } catch (PlainClient.ClosedByBroker e) {
                howItEnded = e.ending();
            }
        }
    }

    /** In one unbuffered write: what was written survives a kill. */
    private void record(byte[] message) throws IOException {
        byte[] record = ByteBuffer.allocate(RECORD_BYTES)
                .putLong(senderOf(message))
                .putLong(numberOf(message))
                .array();
        long before = received;
        received = before + 1;
        records.write(record);
    }

    private String end() throws IOException, InterruptedException {
        ending = true;
        if (listening != null) {
            listening.join(END_TIMEOUT_MS);
        }
        while (howItEnded == null) {
            try {
                byte[] message = client.receive(END_TIMEOUT_MS);
                record(message);
            } catch (PlainClient.ClosedByBroker e) {
                howItEnded = e.ending();
            }
        }
        client.close();
        if (records != null) {
            records.close();
            records = null;
        }
        if (failure != null) {
            throw new IOException(failure);
        }
        return published + " " + received + " " + howItEnded;
    }
}
