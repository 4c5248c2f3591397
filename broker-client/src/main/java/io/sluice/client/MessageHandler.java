package io.sluice.client;

/**
 * Is called with each message of one subscription, one after the other, on a thread that belongs to this subscription.
 *
 * <p>While it runs, the next messages wait: first in this process, up to the bound of {@link
 * ClientOptions#receiveMaxMessages}, then at the broker, which says who is slow and applies the destination's overflow
 * policy. It may publish with {@link SluiceClient#tryPublish}; calls that may block throw {@link IllegalStateException},
 * because what they wait for may be waiting for this handler.
 */
@FunctionalInterface
public interface MessageHandler {
    /**
     * Takes a message.
     *
     * @throws Exception is logged, as an error is, and counted ({@link Subscription#handlerFailures}); the subscription goes on with the next
     *     message
     */
    void onMessage(Message message) throws Exception;
}
