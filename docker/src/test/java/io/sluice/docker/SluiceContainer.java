package io.sluice.docker;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;

/** A container of our image, with what it prints and how it ends. */
final class SluiceContainer extends GenericContainer<SluiceContainer> {
    SluiceContainer(String... command) {
        super(SluiceImage.name());
        withCommand(command);
        // A tool may have done its work, and ended, before anybody looks.
        withStartupCheckStrategy(new HasStarted());
    }

    /** To be started until it says this. */
    SluiceContainer untilItSays(String text) {
        return waitingFor(
                Wait.forLogMessage("(?s).*" + Pattern.quote(text) + ".*", 1).withStartupTimeout(Site.PATIENCE));
    }

    /** Starts it. */
    SluiceContainer begun() {
        start();
        return this;
    }

    /** What it has printed on standard output so far. */
    String out() {
        return getLogs(OutputType.STDOUT);
    }

    /** What it has printed on standard error so far. */
    String err() {
        return getLogs(OutputType.STDERR);
    }

    /** The lines of its standard output. */
    List<String> lines() {
        return out().lines().toList();
    }

    /** Waits until it has said this, and returns what the first group matched, or all if there is none. */
    String awaitSaying(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return await("'" + pattern + "' from " + getDockerImageName() + " " + String.join(" ", getCommandParts()))
                .atMost(Site.PATIENCE)
                .until(
                        () -> {
                            Matcher matcher = compiled.matcher(getLogs());
                            return matcher.find() ? matcher.group(Math.min(1, matcher.groupCount())) : null;
                        },
                        Objects::nonNull);
    }

    /** Waits for its end; returns its exit code. */
    long awaitExit() {
        await(String.join(" ", getCommandParts()) + " ends")
                .atMost(Site.PATIENCE)
                .until(() -> !Boolean.TRUE.equals(state().getRunning()));
        return Objects.requireNonNull(state().getExitCodeLong());
    }

    /** What a command prints that is run beside it, in the same container. */
    String outputOf(String... command) {
        return runBeside(command).getStdout();
    }

    /** The exit code of a command that is run beside it, in the same container. */
    int execute(String... command) {
        return runBeside(command).getExitCode();
    }

    private ExecResult runBeside(String... command) {
        try {
            return execInContainer(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    ContainerState state() {
        return docker().inspectContainerCmd(getContainerId()).exec().getState();
    }

    /** {@code docker stop}: SIGTERM, and SIGKILL when it has not ended in time. */
    void stopWithin(int seconds) {
        docker().stopContainerCmd(getContainerId()).withTimeout(seconds).exec();
    }

    /** {@code docker kill}. */
    void kill(String signal) {
        docker().killContainerCmd(getContainerId()).withSignal(signal).exec();
    }

    /** {@code docker start}, of one that has ended. */
    void startAgain() {
        docker().startContainerCmd(getContainerId()).exec();
    }

    void pause() {
        docker().pauseContainerCmd(getContainerId()).exec();
    }

    void unpause() {
        docker().unpauseContainerCmd(getContainerId()).exec();
    }

    DockerClient docker() {
        return getDockerClient();
    }

    /** Whether it runs or has run. */
    private static final class HasStarted extends StartupCheckStrategy {
        @Override
        public StartupStatus checkStartupState(DockerClient docker, String id) {
            String status = docker.inspectContainerCmd(id).exec().getState().getStatus();
            return "created".equals(status) ? StartupStatus.NOT_YET_KNOWN : StartupStatus.SUCCESSFUL;
        }
    }
}
