package io.sluice.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where the broker's admin listener is and what it is shown: options that every command has which asks one. */
final class AdminOptions {
    @Option(
            names = "--admin",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:25001",
            description = "The broker's admin listener; HOST:PORT will do (default: ${DEFAULT-VALUE}).")
    private String admin = "";

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "File with the token that the broker asks for (default: for a broker on this host the one that it "
                            + "made, sluice/admin-token under $$XDG_STATE_HOME or ~/.local/state; for others none).")
    private @Nullable Path tokenFile;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "5",
            converter = Seconds.Converter.class,
            description =
                    "How long connecting, and then each answer, may take, in seconds (default: ${DEFAULT-VALUE}).")
    private Seconds timeout = new Seconds(5_000_000_000L);

    /** @throws ParameterException if nobody could be asked so */
    AdminClient client(CommandSpec command) {
        if (timeout.ns() < 1_000_000) {
            throw new ParameterException(command.commandLine(), "--timeout is not at least 0.001");
        }
        URI base = base(command);
        return new AdminClient(base, token(base, command), Duration.ofNanos(timeout.ns()));
    }

    private URI base(CommandSpec command) {
        try {
            URI given = new URI(admin.contains("://") ? admin : "http://" + admin);
            boolean known = "http".equals(given.getScheme()) || "https".equals(given.getScheme());
            boolean bare = given.getRawPath().matches("/?")
                    && given.getRawQuery() == null
                    && given.getRawFragment() == null
                    && given.getRawUserInfo() == null;
            if (known && bare && given.getHost() != null && given.getPort() <= 65_535) {
                return new URI(given.getScheme() + "://" + given.getRawAuthority());
            }
        } catch (URISyntaxException e) {
            // As with one that is no address.
        }
        throw new ParameterException(
                command.commandLine(),
                "--admin '" + admin + "' is no address such as http://127.0.0.1:25001 or 127.0.0.1:25001");
    }

    private AdminToken token(URI base, CommandSpec command) {
        if (tokenFile != null) {
            try {
                return AdminToken.read(tokenFile);
            } catch (IOException e) {
                throw new ParameterException(command.commandLine(), "--token-file " + tokenFile + ": " + Reasons.of(e));
            }
        }
        Path standard = standardTokenFile(System.getenv());
        // The token of this host's broker is nobody else's business.
        if (!isLoopback(base.getHost())) {
            return AdminToken.none("none is sent to another host unless --token-file names it");
        }
        try {
            return AdminToken.read(standard);
        } catch (IOException e) {
            return AdminToken.none("the one of this host's broker was looked for in " + standard + ": " + Reasons.of(e)
                    + "; name another with --token-file");
        }
    }

    /** Where a broker of this user, with this environment, has its token. */
    static Path standardTokenFile(Map<String, String> environment) {
        String configured = environment.getOrDefault("SLUICE_CONF_ADMIN_TOKEN_FILE", "");
        if (!configured.isEmpty()) {
            return Path.of(configured);
        }
        String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
        // A relative one is to be ignored, says the specification.
        Path folder =
                xdg.startsWith("/") ? Path.of(xdg) : Path.of(System.getProperty("user.home", ""), ".local", "state");
        return folder.resolve("sluice").resolve("admin-token");
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
