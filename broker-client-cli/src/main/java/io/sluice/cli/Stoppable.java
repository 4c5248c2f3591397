package io.sluice.cli;

/** Work that Ctrl-C and SIGTERM bring to an orderly end. All but {@link #run} may be called by any thread, at any time. */
interface Stoppable {
    /**
     * Does the work.
     *
     * @return one of {@link ExitCode}
     */
    int run();

    /** Asks {@link #run} to say goodbye to the broker and to return. Does not wait for it. */
    void stop();

    /** Makes {@link #run} return at once. */
    void abort();

    /** How long {@link #run} may take to return after {@link #stop}, in milliseconds. */
    long stopTimeoutMs();
}
