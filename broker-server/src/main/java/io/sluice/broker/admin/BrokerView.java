package io.sluice.broker.admin;

import io.sluice.broker.base.AnyThread;

/**
 * The broker as operators see it; the composition root implements it. What is asked often only looks and waits for nobody;
 * what may take a while says so.
 */
@AnyThread
public interface BrokerView {
    /** Whether clients should come here, and if not, why. */
    Readiness readiness();
}
