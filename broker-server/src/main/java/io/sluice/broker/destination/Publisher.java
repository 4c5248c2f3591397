package io.sluice.broker.destination;

/** Somebody who sends messages and can be made to wait. */
public interface Publisher {
    /** Stops it from sending more. Each call is matched by one {@link #resume}. */
    void pause();

    /** Takes one {@link #pause} back; it goes on when none is left. May be called from any thread. */
    void resume();

    /** Who it is, for a log line. */
    String describe();
}
