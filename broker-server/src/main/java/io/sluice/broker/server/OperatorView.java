package io.sluice.broker.server;

import io.sluice.broker.admin.BrokerView;
import io.sluice.broker.admin.Readiness;
import io.sluice.broker.base.AnyThread;

/** A broker as its operators see it. */
@AnyThread
final class OperatorView implements BrokerView {
    private final Broker broker;

    OperatorView(Broker broker) {
        this.broker = broker;
    }

    @Override
    public Readiness readiness() {
        return broker.readiness();
    }
}
