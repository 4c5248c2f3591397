package io.sluice.broker.admin;

import java.lang.reflect.Proxy;
import java.util.Map;

/** A broker of which only a few things are known. */
final class BrokerStub {
    private BrokerStub() {}

    /** @param results by the name of the method; every other must not be called */
    static BrokerView of(Map<String, Object> results) {
        return (BrokerView) Proxy.newProxyInstance(
                BrokerView.class.getClassLoader(), new Class<?>[] {BrokerView.class}, (proxy, method, arguments) -> {
                    Object result = results.get(method.getName());
                    if (result == null) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return result;
                });
    }
}
