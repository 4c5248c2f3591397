package io.sluice.broker.server;

import java.util.Locale;

/** Says in one line why a port could not be opened, and what to do. */
final class BindFault {
    private BindFault() {}

    /**
     * Explains.
     *
     * @param hostOption what to choose another address with
     * @param portOption what to choose another port with
     */
    static BrokerStartException explained(
            String host, int port, String hostOption, String portOption, Exception cause) {
        String what = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        String where = "cannot listen on " + host + ":" + port + ": ";
        return new BrokerStartException(where + because(what, hostOption, portOption, cause), cause);
    }

    private static String because(String what, String hostOption, String portOption, Exception cause) {
        if (what.contains("already in use")) {
            return "the address is already in use; stop what listens there, or choose another port with " + portOption;
        }
        if (what.contains("permission denied")) {
            return "permission denied; ports below 1024 need a privilege, choose another with " + portOption;
        }
        if (what.contains("too many open files")) {
            return "too many open files; raise the descriptor limit (ulimit -n)";
        }
        if (what.contains("cannot assign") || what.contains("not available")) {
            return "this machine has no such address; name one of its own with " + hostOption;
        }
        if (cause instanceof java.nio.channels.UnresolvedAddressException || what.contains("unresolved")) {
            return "the name cannot be resolved; name an address of this machine with " + hostOption;
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
