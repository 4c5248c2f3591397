package io.sluice.loadtest.benchmark;

import io.sluice.broker.destination.Publisher;

/** Publishes only to those who always have room, so nobody may make it wait. */
final class UnpausedPublisher implements Publisher {
    @Override
    public void pause() {
        throw new IllegalStateException("pushed back by somebody who always has room");
    }

    @Override
    public void resume() {
        throw new IllegalStateException("was never paused");
    }

    @Override
    public String describe() {
        return "publisher";
    }
}
