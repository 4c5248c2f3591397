package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class OverflowPoliciesTest {

    @Test
    void knowsThePoliciesByTheirNames() {
        assertThat(OverflowPolicies.names())
                .containsExactly("drop-newest", "drop-oldest", "latest", "disconnect", "push-back");
        for (String name : OverflowPolicies.names()) {
            assertThat(OverflowPolicies.named(name).configName()).isEqualTo(name);
        }
    }

    @Test
    void refusesAnUnknownNameAndSaysWhichThereAre() {
        assertThatThrownBy(() -> OverflowPolicies.named("drop-all"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("drop-all")
                .hasMessageContaining("drop-newest");
    }

    @Test
    void topicsDropTheNewestAndQueuesPushBackUnlessConfigured() {
        assertThat(OverflowPolicies.forTopics().configName()).isEqualTo("drop-newest");
        assertThat(OverflowPolicies.forQueues().configName()).isEqualTo("push-back");
    }
}
