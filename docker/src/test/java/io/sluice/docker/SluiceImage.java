package io.sluice.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.ImageFromDockerfile;

/** The image under test: built once, without a network, from what dist assembled, and removed when the tests end. */
final class SluiceImage {
    private static final String NAME = "localhost/sluice-test:latest";

    private static final List<String> CONTENT = List.of(
            "docker/healthcheck",
            "dist/target/sluice/bin",
            "dist/target/sluice/config",
            "dist/target/sluice/lib",
            "dist/target/native");

    private SluiceImage() {}

    /** Its name; builds it first. */
    static String name() {
        return Built.NAME;
    }

    /** What the engine knows of it. */
    static InspectImageResponse inspect() {
        return DockerClientFactory.lazyClient().inspectImageCmd(name()).exec();
    }

    /** What it is built on: {@code SLUICE_BASE_IMAGE}, or the Dockerfile's default. */
    static String base() {
        String base = System.getenv("SLUICE_BASE_IMAGE");
        return base == null || base.isEmpty() ? defaultBase() : base;
    }

    /** Whether the engine has it, or can pull it. */
    static boolean hasBase() {
        try {
            DockerClientFactory.lazyClient().inspectImageCmd(base()).exec();
            return true;
        } catch (NotFoundException e) {
            return canPull();
        }
    }

    /** The project's folder. */
    static Path root() {
        return Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    }

    private static void remove() {
        DockerClientFactory.lazyClient().removeImageCmd(NAME).withForce(true).exec();
    }

    private static boolean canPull() {
        try {
            return DockerClientFactory.lazyClient().pullImageCmd(base()).start().awaitCompletion(2, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private static String defaultBase() {
        try {
            return Files.readAllLines(root().resolve("docker/Dockerfile")).stream()
                    .filter(line -> line.startsWith("ARG BASE="))
                    .map(line -> line.substring("ARG BASE=".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Built when the first test asks for it. */
    private static final class Built {
        static final String NAME = build();

        private static String build() {
            ImageFromDockerfile image = new ImageFromDockerfile(SluiceImage.NAME, false)
                    .withFileFromPath("Dockerfile", root().resolve("docker/Dockerfile"))
                    .withBuildArg("BASE", base())
                    .withBuildImageCmdModifier(build -> build.withNetworkMode("none"));
            // As .dockerignore has it.
            CONTENT.forEach(path -> image.withFileFromPath(path, root().resolve(path)));
            String name = image.get();
            // Testcontainers leaves it to a container of its own, which may not be there.
            Runtime.getRuntime().addShutdownHook(new Thread(SluiceImage::remove));
            return name;
        }
    }
}
