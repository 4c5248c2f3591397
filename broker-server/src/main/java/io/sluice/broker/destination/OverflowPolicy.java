package io.sluice.broker.destination;

import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.MessageBatch;

/**
 * Decides what happens to a batch when there is no room for it. A new policy is one class, one line in the registry of
 * policies and one subclass of the contract test.
 *
 * <p>Stateless. Called under the lock of whoever owns the backlog, on the publisher's event loop.
 */
public interface OverflowPolicy {
    /** Its name in the configuration. */
    String configName();

    /**
     * Puts a batch into a backlog, or not, taking over the caller's reference in any case. What is dropped is dropped
     * through the backlog, which counts it.
     *
     * @return {@link Offer#CLOSED} to have the owner of the backlog closed
     */
    Offer offer(Backlog backlog, MessageBatch batch);

    /**
     * Brings a backlog within its bound that was lowered, as far as this policy drops what is queued; counted as in {@link
     * #offer}.
     */
    default void shrink(Backlog backlog) {
        // Nothing that is queued is dropped: what comes next is pushed back, or closes the owner.
    }

    /** Whether to close the owner of the backlog instead of dropping what it holds. */
    default boolean closesInsteadOfDropping() {
        return false;
    }

    /** Whether a blocked subscriber only ever waits for one message. */
    default boolean keepsOnlyLatest() {
        return false;
    }

    /** Whether publishers wait for room. */
    default boolean pushesBack() {
        return false;
    }
}
