package io.sluice.cli;

import io.netty.util.NetUtil;
import io.sluice.client.ConnectionInfo;
import io.sluice.client.ConnectionListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user about connections made and lost, on standard error, and notices when the broker does not want us: it closes
 * the connection within a second of connecting, three times running.
 */
final class ConnectionNews implements ConnectionListener {
    private static final Duration YOUNG = Duration.ofSeconds(1);
    private static final int REFUSALS = 3;
    private static final long FAILURE_EVERY_NS = TimeUnit.SECONDS.toNanos(10);

    private final Console console;
    private final Runnable again;
    private final CompletableFuture<String> refused = new CompletableFuture<>();
    private int closedYoung;
    private long failureToldNs;
    private boolean failureTold;

    ConnectionNews(Console console) {
        this(console, () -> {});
    }

    /** @param again is run when a connection was made again */
    ConnectionNews(Console console, Runnable again) {
        this.console = console;
        this.again = again;
    }

    /** Completes with what to tell the user when the broker refuses us. */
    CompletableFuture<String> refused() {
        return refused;
    }

    @Override
    public synchronized void connected(ConnectionInfo connection, Duration away) {
        failureTold = false;
        if (away.isZero()) {
            console.note("I am " + NetUtil.toSocketAddressString(connection.local()));
        } else {
            again.run();
            console.note("connected again after " + Seconds.rounded(away) + " s" + what(connection.destination()));
        }
    }

    @Override
    public synchronized void lost(ConnectionInfo connection, Duration lived, @Nullable String cause) {
        String why = cause == null ? "the broker ended the stream" : cause;
        closedYoung = lived.compareTo(YOUNG) < 0 ? closedYoung + 1 : 0;
        if (closedYoung >= REFUSALS) {
            refused.complete(
                    "refused: " + NetUtil.toSocketAddressString(connection.remote()) + " closed the connection within "
                            + "a second, " + closedYoung + " times running (" + why + "); the broker's log says why");
        } else if (!refused.isDone()) {
            console.note("lost the connection to " + NetUtil.toSocketAddressString(connection.remote())
                    + what(connection.destination()) + " (" + why + "); connecting again");
        }
    }

    @Override
    public synchronized void attemptFailed(String destination, String reason, Duration pause) {
        long now = System.nanoTime();
        if (!failureTold || now - failureToldNs >= FAILURE_EVERY_NS) {
            console.note("cannot connect (" + reason + "); trying again");
            failureTold = true;
            failureToldNs = now;
        }
    }

    private static String what(String destination) {
        return destination.equals("/null") ? "" : " for " + TerminalText.of(destination);
    }
}
