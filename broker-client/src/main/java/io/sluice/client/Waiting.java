package io.sluice.client;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what runs on the event loop. */
final class Waiting {
    private Waiting() {}

    /** The result, or the failure as it is; cancels the future if the thread is interrupted or the time is over. */
    static <T> T result(CompletableFuture<T> future, long timeoutNs, String what)
            throws IOException, InterruptedException {
        try {
            return future.get(timeoutNs, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(what + " failed", e.getCause());
        } catch (TimeoutException e) {
            if (!future.cancel(false)) {
                // It came at the same moment, and nobody else could close it.
                return failureOrResult(future);
            }
            throw new CannotConnectException(
                    what + ": not done within " + TimeUnit.NANOSECONDS.toMillis(timeoutNs) + " ms", e);
        } catch (InterruptedException e) {
            if (!future.cancel(false)) {
                Thread.currentThread().interrupt();
                return failureOrResult(future);
            }
            throw e;
        }
    }

    private static <T> T failureOrResult(CompletableFuture<T> done) throws IOException {
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    /** Until it is done, or the time is over, or the thread is interrupted (which stays so). */
    static void quietly(CompletableFuture<?> future, long timeoutNs) {
        try {
            future.get(timeoutNs, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Whoever waited looks at what there is.
        }
    }
}
