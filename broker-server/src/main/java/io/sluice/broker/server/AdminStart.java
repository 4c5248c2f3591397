package io.sluice.broker.server;

import io.sluice.broker.admin.AdminServer;
import io.sluice.broker.admin.BrokerView;
import io.sluice.broker.admin.DaemonControl;
import io.sluice.broker.admin.TokenFile;
import io.sluice.broker.config.AdminConfig;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.transport.TransportKind;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the admin listener: at the port that is set, or at the usual one if that is free. */
final class AdminStart {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.admin");

    private AdminStart() {}

    /** @throws ConfigException if a broker would not start with it, for want of a token */
    static void check(AdminConfig config) {
        try {
            AdminServer.check(config);
        } catch (UnknownHostException e) {
            throw ConfigException.of("admin.host", "there is no such address: " + config.host());
        }
    }

    /** Empty if it is turned off, or if nobody named a port and the usual one is taken. */
    static Optional<AdminServer> open(
            BrokerConfig config, TransportKind transport, BrokerView view, DaemonControl daemon) {
        AdminConfig admin = config.admin();
        if (!admin.enabled()) {
            return Optional.empty();
        }
        boolean auto = admin.port() == AdminConfig.AUTO_PORT;
        if (auto && config.listen().port() == AdminConfig.DEFAULT_PORT) {
            LOG.warn(
                    "no health, metrics and console: their usual port {} is that of the clients; set admin.port, or turn them off with"
                            + " admin.enabled: false",
                    AdminConfig.DEFAULT_PORT);
            return Optional.empty();
        }
        int usual = config.listen().port() == 0 ? 0 : AdminConfig.DEFAULT_PORT;
        int port = auto ? usual : admin.port();
        Path usualTokenFile = TokenFile.usual(System.getenv(), System.getProperty("user.home", "."));
        try {
            return Optional.of(AdminServer.open(admin, port, usualTokenFile, transport, view, daemon));
        } catch (ConfigException e) {
            throw e;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            BrokerStartException fault = BindFault.explained(admin.host(), port, "admin.host", "admin.port", e);
            if (!auto) {
                throw fault;
            }
            LOG.warn(
                    "no health, metrics and console: {}; or turn them off with admin.enabled: false",
                    fault.getMessage());
            return Optional.empty();
        }
    }
}
