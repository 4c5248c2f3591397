package io.sluice.loadtest.generator;

/** Is told how a run goes. Called on the thread that runs it. */
public interface Progress {
    /**
     * A second has passed.
     *
     * @param done of the whole run, warm-up included: 0 to 1
     */
    void onSecond(Measurement.Second second, double done);
}
