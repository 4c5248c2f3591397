package io.sluice.broker.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Own handling of a signal: with shutdown hooks alone a process ends with code 143 and knows nothing of a second signal.
 *
 * <p>By reflection, since the compiler's warning about {@code sun.misc} cannot be turned off.
 */
final class Signals {
    private Signals() {}

    /**
     * Runs {@code handler} on a thread of its own each time the signal comes.
     *
     * @param name without {@code SIG}
     * @return false where this cannot be done
     */
    static boolean handle(String name, Runnable handler) {
        InvocationHandler onSignal = (proxy, method, args) -> switch (method.getName()) {
            case "handle" -> {
                handler.run();
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> args != null && proxy == args[0];
            default -> "handler of SIG" + name;
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {signalHandler}, onSignal);
            signal.getMethod("handle", signal, signalHandler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
