package io.sluice.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what runs on the event loop. */
final class Waiting {
    private Waiting() {}

    /** The result, or the failure as it is; cancels the future if the thread is interrupted or the time is over. */
    static <T> T result(CompletableFuture<T> future, Duration timeout, String what)
            throws IOException, InterruptedException {
        try {
            return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(what + " failed", e.getCause());
        } catch (TimeoutException e) {
            future.cancel(false);
            throw new CannotConnectException(what + ": not done within " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            future.cancel(false);
            throw e;
        }
    }

    /** Until it is done, or the time is over, or the thread is interrupted (which stays so). */
    static void quietly(CompletableFuture<?> future, Duration timeout) {
        try {
            future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Whoever waited looks at what there is.
        }
    }
}
