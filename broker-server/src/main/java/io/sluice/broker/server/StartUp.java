package io.sluice.broker.server;

import io.netty.util.Version;
import io.sluice.broker.transport.Addresses;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;

/** The one line a broker says when it is ready. */
final class StartUp {
    private StartUp() {}

    static String readyLine(Broker broker, Optional<InetSocketAddress> admin, String configuration) {
        return String.format(
                "ready at %s: pid %d, %s, %s, sluice %s, java %s, netty %s (%s), memory bound %s, %d batches at most (half of %d MiB heap), %d connections at most,"
                        + " started in %d ms",
                Addresses.text(broker.address()),
                ProcessHandle.current().pid(),
                admin.map(address -> "console at http://" + Addresses.text(address) + "/")
                        .orElse("no admin listener"),
                configuration,
                version(),
                System.getProperty("java.version"),
                nettyVersion(),
                broker.transport().text(),
                broker.memoryBounds().origin(),
                broker.maxWaitingBatches(),
                Runtime.getRuntime().maxMemory() >> 20,
                broker.maxConnections(),
                ProcessAge.ms());
    }

    /** Of the jar this runs from; "development" from class files. */
    static String version() {
        String version = StartUp.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static String nettyVersion() {
        Map<String, Version> versions = Version.identify();
        Version common = versions.get("netty-common");
        return common == null ? "unknown" : common.artifactVersion();
    }
}
