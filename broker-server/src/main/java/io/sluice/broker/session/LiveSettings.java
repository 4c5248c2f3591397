package io.sluice.broker.session;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.config.NativeConfig;
import io.sluice.broker.config.TransportConfig;

/**
 * What a reload may change for clients, swapped as a whole. Read when a client subscribes and now and then, never for a
 * message: what messages need is copied to where it is used.
 */
@AnyThread
public final class LiveSettings {
    private volatile Values values;

    /**
     * What is in force.
     *
     * @param drainTimeoutMs how long a client that said goodbye is sent what is held for it
     */
    public record Values(
            DeliveryRules rules, TransportConfig transport, NativeConfig nativeWire, long drainTimeoutMs) {}

    public LiveSettings(Values values) {
        this.values = values;
    }

    public Values values() {
        return values;
    }

    /** For what comes from now on; whoever holds copies must be told. */
    public void change(Values changed) {
        values = changed;
    }

    DeliveryRules rules() {
        return values.rules();
    }

    public TransportConfig transport() {
        return values.transport();
    }

    public NativeConfig nativeWire() {
        return values.nativeWire();
    }

    long drainTimeoutMs() {
        return values.drainTimeoutMs();
    }
}
