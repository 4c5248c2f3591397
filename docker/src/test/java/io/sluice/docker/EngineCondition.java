package io.sluice.docker;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/** Whether a Docker engine is reachable and has our base image, or can get it. Looked at once. */
final class EngineCondition implements ExecutionCondition {
    private static final Optional<String> WHY_NOT = Optional.ofNullable(whyNot());

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return WHY_NOT.map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("an engine and a base image are there"));
    }

    private static @Nullable String whyNot() {
        String reason = null;
        if ("off".equals(System.getenv("SLUICE_IMAGE_TESTS"))) {
            reason = "SLUICE_IMAGE_TESTS=off";
        } else if (!DockerClientFactory.instance().isDockerAvailable()) {
            reason = "no Docker engine can be reached; set DOCKER_HOST to one";
        } else if (!SluiceImage.hasBase()) {
            reason = "the base image " + SluiceImage.base()
                    + " is not there and cannot be pulled; set SLUICE_BASE_IMAGE to one that is";
        }
        if (reason != null) {
            System.out.println("SKIPPED image tests: " + reason);
        }
        return reason;
    }
}
