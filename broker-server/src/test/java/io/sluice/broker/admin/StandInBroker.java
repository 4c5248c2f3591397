package io.sluice.broker.admin;

import io.sluice.broker.metrics.BrokerCounters;
import java.lang.reflect.Proxy;
import java.util.List;

/** A broker in which there is nothing to see. */
final class StandInBroker {
    private StandInBroker() {}

    /** @param whenLookedAt done whenever somebody looks */
    static BrokerView view(Runnable whenLookedAt) {
        BrokerStatus status = new BrokerStatus(new BrokerCounters().totals(), 0, 0, 0, 0, 0);
        return (BrokerView) Proxy.newProxyInstance(
                BrokerView.class.getClassLoader(), new Class<?>[] {BrokerView.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("status")) {
                        whenLookedAt.run();
                        return status;
                    }
                    return List.of();
                });
    }
}
