package io.sluice.systemtest;

import java.nio.ByteBuffer;

/** What one load client publishes. Asked on the client's loop alone. */
interface Feed {
    /** Publishes nothing. */
    Feed NOTHING = out -> true;

    /** The same without an end: its client says no goodbye by itself. */
    static Feed lasting(Feed feed) {
        return out -> {
            feed.fill(out);
            return true;
        };
    }

    /**
     * Puts whole pairs into a buffer, as many as fit and may be sent now.
     *
     * @return false if there will never be more
     */
    boolean fill(ByteBuffer out);
}
