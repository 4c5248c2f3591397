package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code docker stop} while a sender sends: what came in is delivered, and the exit code is 0. */
@OnDockerEngine
class StopUnderLoadIT {
    /** As in docker/compose.yaml. */
    private static final int GRACE_PERIOD_S = 20;

    @Test
    void deliversWhatCameInAndEndsInGoodOrder() {
        try (Site site = new Site()) {
            SluiceContainer broker = site.broker();
            SluiceContainer listener = site.listen("-t", "/queue/jobs", "-q");
            SluiceContainer sender = site.send("-t", "/queue/jobs", "--rate", "5000", "--size", "1000");
            // The listener tells every ten seconds.
            listener.awaitSaying("[1-9][0-9,]* messages, ");

            broker.stopWithin(GRACE_PERIOD_S);

            assertThat(broker.awaitExit()).as(broker.getLogs()).isZero();
            long cameIn = number(broker.awaitSaying("stopped: (\\d+) messages came in"));
            assertThat(cameIn).isPositive();
            assertThat(number(broker.awaitSaying(", (\\d+) were written to subscribers")))
                    .isEqualTo(cameIn);
            // It has more to do than to end: to read what the broker has written.
            listener.awaitSaying("lost the connection to ");
            listener.kill("SIGINT");
            assertThat(number(listener.awaitSaying("([0-9,]+) messages, [0-9,]+ bytes, [0-9,]+ messages/s over")))
                    .isEqualTo(cameIn);
            sender.kill("SIGINT");
            assertThat(number(sender.awaitSaying("confirmed (\\d+),"))).isLessThanOrEqualTo(cameIn);
        }
    }

    private static long number(String text) {
        return Long.parseLong(text.replace(",", ""));
    }
}
