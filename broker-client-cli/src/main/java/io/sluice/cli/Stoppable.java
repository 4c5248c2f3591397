package io.sluice.cli;

import io.sluice.client.CannotConnectException;
import java.io.IOException;

/** Work that Ctrl-C and SIGTERM bring to an orderly end. All but {@link #run} may be called by any thread, at any time. */
interface Stoppable {
    /**
     * Does the work.
     *
     * @return one of {@link ExitCode}
     * @throws CannotConnectException if the first connection cannot be made
     */
    int run() throws IOException, InterruptedException;

    /** Asks {@link #run} to say goodbye to the broker and to return. Does not wait for it. */
    void stop();

    /** How long {@link #run} may take to return after {@link #stop}, in milliseconds. It keeps to that by itself. */
    long stopTimeoutMs();
}
