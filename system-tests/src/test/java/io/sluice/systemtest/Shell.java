package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs lines of shell in a folder, where {@code bin/sluice} is the distribution's launcher and {@code $PORT} the broker's. */
final class Shell {
    private final Path folder;
    private final int port;
    private final Map<String, String> variables = new HashMap<>();
    private int count;

    /** What a line printed and how it ended. */
    record Result(int exitCode, String out, String err) {}

    /** A line that runs in the background. */
    record Running(Process process, Path outFile, Path errFile) {
        /** Byte for byte: what is no ASCII shows as Latin-1. */
        String out() throws IOException {
            return Files.readString(outFile, StandardCharsets.ISO_8859_1);
        }

        String err() throws IOException {
            return Files.readString(errFile);
        }

        Result await(int seconds) throws IOException, InterruptedException {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                fail("does not end within " + seconds + " s; printed so far: " + out() + err());
            }
            return new Result(process.exitValue(), out(), err());
        }

        void end() throws InterruptedException {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    Shell(Path folder, int port) throws IOException {
        this(folder, port, "");
    }

    /** One whose tools find the admin listener too, and the token that a broker with the same folder for its state has made. */
    Shell(Path folder, int port, int adminPort) throws IOException {
        this(folder, port, "admin=127.0.0.1:" + adminPort + "\n");
        variables.put("SLUICE_CONF_ADMIN_PORT", Integer.toString(adminPort));
    }

    private Shell(Path folder, int port, String furtherSettings) throws IOException {
        this.folder = folder;
        this.port = port;
        Files.createDirectories(folder.resolve("bin"));
        Path link = folder.resolve("bin/sluice");
        if (!Files.exists(link)) {
            Files.createSymbolicLink(link, BrokerProcess.home().resolve("bin/sluice"));
        }
        Path settings = Files.createDirectories(folder.resolve("settings/sluice"));
        Files.writeString(settings.resolve("client.properties"), "port=" + port + "\n" + furtherSettings);
    }

    /** Runs a line to its end, at most a minute. */
    Result run(String line) throws IOException, InterruptedException {
        return start(line).await(60);
    }

    Running start(String line) throws IOException {
        int number = ++count;
        Path out = folder.resolve("out." + number);
        Path err = folder.resolve("err." + number);
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", line)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("SLUICE_CONF_LISTEN_PORT", Integer.toString(port));
        builder.environment().put("XDG_CONFIG_HOME", folder.resolve("settings").toString());
        builder.environment().put("XDG_STATE_HOME", folder.resolve("state").toString());
        builder.environment().putAll(variables);
        builder.environment().put("PORT", Integer.toString(port));
        return new Running(builder.start(), out, err);
    }
}
