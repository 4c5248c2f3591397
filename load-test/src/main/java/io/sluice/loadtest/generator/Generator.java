package io.sluice.loadtest.generator;

/**
 * Puts a load on a broker and says what became of it. One process sees both ends: all publishers share one event loop and
 * all subscribers another, and times are of one clock.
 */
public final class Generator {
    private Generator() {}

    /**
     * Runs a load from connecting to goodbye.
     *
     * @param progress is told once a second, on the calling thread
     * @return what was measured; its error says what ended the run early
     * @throws ConnectFailedException if the load could not begin
     * @throws IllegalArgumentException if the load is not possible
     * @throws InterruptedException if the calling thread was interrupted; the connections are closed by then
     */
    public static Measurement run(Load load, Progress progress) throws InterruptedException {
        refuseImpossible(load);
        try (Run run = new Run(load, progress)) {
            run.connect();
            run.measure();
            return run.finish();
        }
    }

    private static void refuseImpossible(Load load) {
        if (load.publishers() < 1 || load.publishers() > Stamp.MAX_PUBLISHERS) {
            throw new IllegalArgumentException(
                    load.publishers() + " publishers are not possible: 1 to " + Stamp.MAX_PUBLISHERS + " are");
        }
        if (load.destinations() < 1) {
            throw new IllegalArgumentException(load.destinations() + " destinations are not possible: at least 1 is");
        }
        if (load.queue() && !load.wire().hasQueues()) {
            throw new IllegalArgumentException(
                    load.wire().name() + " has no queues: leave it out, or choose another scenario");
        }
        int readers = load.subscribers() + load.slow().size();
        if (load.queue() && readers > 0 && readers < load.destinations()) {
            throw new IllegalArgumentException(
                    load.destinations() + " queues need as many subscribers, there are " + readers);
        }
    }
}
