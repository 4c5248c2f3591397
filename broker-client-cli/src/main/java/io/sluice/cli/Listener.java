package io.sluice.cli;

import io.sluice.cli.FrameReader.FrameTooLongException;
import io.sluice.cli.MessagePrinter.PrintFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** Prints the messages of one subscription until there were enough, the time is over, or the broker closes. */
final class Listener implements Stoppable {
    /** What the broker had already taken for this listener is still printed, for so long. */
    private static final long STOP_TIMEOUT_MS = 2_000;

    /** Until when to listen, and how much. */
    record Limits(long messages, long waitNs) {
        static final long NONE = Long.MAX_VALUE;
    }

    private final Connection connection;
    private final byte[] destination;
    private final MessagePrinter printer;
    private final Limits limits;
    private final Console console;
    private final long startedAtNs = System.nanoTime();
    private final FrameReader frames;
    private long received;
    private volatile boolean stopping;

    Listener(Connection connection, byte[] destination, MessagePrinter printer, Limits limits, Console console) {
        this.connection = connection;
        this.destination = destination;
        this.printer = printer;
        this.limits = limits;
        this.console = console;
        frames = new FrameReader(limits.waitNs == Limits.NONE ? connection.in() : new DeadlineStream());
    }

    @Override
    public int run() {
        try {
            try {
                return printAll();
            } finally {
                printer.flush();
            }
        } catch (PrintFailedException e) {
            sayGoodbye();
            if (e.isReaderGone()) {
                return ExitCode.OK;
            }
            console.error("cannot write to standard output after " + messages(received) + ": " + e.reason());
            return ExitCode.FAILED;
        }
    }

    private int printAll() throws PrintFailedException {
        try {
            connection.subscribe(destination);
            while (received < limits.messages) {
                if (!frames.hasWholeFrame()) {
                    // Flush here and not per message: each flush is a write(2), and one read brings many messages.
                    printer.flush();
                }
                ByteBuffer message = frames.next();
                if (message == null) {
                    return closedByBroker("");
                }
                printer.print(message);
                received++;
            }
        } catch (SocketTimeoutException e) {
            sayGoodbye();
            console.error("timed out after " + Seconds.text(limits.waitNs) + " s with " + receivedOfWanted());
            return ExitCode.TIMED_OUT;
        } catch (FrameTooLongException e) {
            console.error(e.getMessage() + "; does a Sluice broker listen at " + connection.remoteText() + "?");
            return ExitCode.FAILED;
        } catch (IOException e) {
            return closedByBroker(" (" + Connection.reasonOf(e) + ")");
        }
        sayGoodbye();
        return ExitCode.OK;
    }

    private int closedByBroker(String detail) {
        if (stopping) {
            return ExitCode.INTERRUPTED;
        }
        if (received == 0 && connection.isYoung()) {
            console.error(connection.refusal(detail));
            return ExitCode.REFUSED;
        }
        console.error("the broker closed the connection after " + receivedOfWanted() + detail
                + "; the broker's log says why");
        return ExitCode.FAILED;
    }

    private String receivedOfWanted() {
        return limits.messages == Limits.NONE ? messages(received) : received + " of " + messages(limits.messages);
    }

    private static String messages(long count) {
        return count == 1 ? "1 message" : count + " messages";
    }

    private void sayGoodbye() {
        try {
            connection.goodbye();
        } catch (IOException e) {
            // Whoever has left already needs no goodbye.
        }
    }

    /** The broker answers goodbye with what it holds for us and the end of the stream, which ends {@link #run}. */
    @Override
    public void stop() {
        stopping = true;
        sayGoodbye();
    }

    @Override
    public void abort() {
        connection.close();
    }

    @Override
    public long stopTimeoutMs() {
        return STOP_TIMEOUT_MS;
    }

    /** Lets a read of the connection last until the time is over, and no longer. */
    private final class DeadlineStream extends InputStream {
        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            long remainingNs = limits.waitNs - (System.nanoTime() - startedAtNs);
            if (remainingNs <= 0) {
                throw new SocketTimeoutException();
            }
            // Rounded up, because 0 means for ever.
            long remainingMs = TimeUnit.NANOSECONDS.toMillis(remainingNs) + 1;
            connection.setReadTimeoutMs((int) Math.min(remainingMs, Integer.MAX_VALUE));
            return connection.in().read(bytes, offset, length);
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("frames are read in bulk");
        }
    }
}
