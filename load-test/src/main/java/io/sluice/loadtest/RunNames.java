package io.sluice.loadtest;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Names for destinations that no other run has, of this process or of another one. */
final class RunNames {
    private static final String PREFIX = String.format("load-test-%08x-", new SecureRandom().nextInt());
    private static final AtomicInteger COUNT = new AtomicInteger();

    private RunNames() {}

    static String next() {
        return PREFIX + COUNT.incrementAndGet();
    }
}
