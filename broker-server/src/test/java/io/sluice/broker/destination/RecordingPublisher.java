package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** A publisher that notes whether it is paused, and in a shared list when it is resumed. */
final class RecordingPublisher implements Publisher {
    private final String name;
    private final List<String> resumed;
    private int pauses;

    RecordingPublisher(String name) {
        this(name, new ArrayList<>());
    }

    /** @param resumed gets its name when it goes on */
    RecordingPublisher(String name, List<String> resumed) {
        this.name = name;
        this.resumed = resumed;
    }

    @Override
    public void pause() {
        pauses++;
    }

    @Override
    public void resume() {
        pauses--;
        assertThat(pauses).as("pauses of %s", name).isNotNegative();
        resumed.add(name);
    }

    boolean isPaused() {
        return pauses > 0;
    }

    int pauses() {
        return pauses;
    }

    @Override
    public String describe() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }
}
