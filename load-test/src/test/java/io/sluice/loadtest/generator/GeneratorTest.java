package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.loadtest.target.FaultyRelay;
import io.sluice.loadtest.target.FaultyRelay.Fault;
import io.sluice.loadtest.target.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GeneratorTest {
    private static void assertFlawless(Measurement measurement) {
        assertThat(measurement.error()).isEmpty();
        assertThat(measurement.lost()).isZero();
        assertThat(measurement.duplicated()).isZero();
        assertThat(measurement.reordered()).isZero();
        assertThat(measurement.foreign()).isZero();
        assertThat(measurement.disconnected()).isZero();
        assertThat(measurement.published()).isPositive();
    }

    @Test
    void measuresFromOnePublisherToOneSubscriber() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            long beganNs = System.nanoTime();
            Measurement measurement = new Loads(relay.port()).sizes("16").run();
            double seconds = (System.nanoTime() - beganNs) / 1e9;

            assertFlawless(measurement);
            assertThat(measurement.delivered()).isEqualTo(measurement.published());
            // What was asked for, but a busy machine may look at the clock early or late.
            assertThat(measurement.seconds()).isBetween(0.01, seconds);
            assertThat(measurement.deliveredPerSecond()).isPositive();
            assertThat(measurement.deliveredPerSecond() * measurement.seconds())
                    .isCloseTo((double) measurement.latencyNs().getTotalCount(), within(1.0));
            assertThat(measurement.latencyNs().getMaxValue()).isLessThan(TimeUnit.SECONDS.toNanos(10));
            assertThat(measurement.sendLagNs().getTotalCount()).isZero();
            assertThat(measurement.generatorCpuSeconds()).isPositive();
        }
    }

    @Test
    void everySubscriberOfATopicGetsEverything() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Measurement measurement =
                    new Loads(relay.port()).connections(3, 7, 1).run();

            assertFlawless(measurement);
            assertThat(measurement.delivered()).isEqualTo(7 * measurement.published());
        }
    }

    @Test
    void onePublisherServesManyDestinationsAndSomeNobodyReads() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Measurement measurement = new Loads(relay.port())
                    .connections(2, 20, 40)
                    .sizes("16-2 KiB")
                    .run();

            assertFlawless(measurement);
            assertThat(measurement.delivered()).isCloseTo(measurement.published() / 2, within(40L));
        }
    }

    @Test
    void subscribersOfAQueueShareWhatIsPublished() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Measurement measurement =
                    new Loads(relay.port()).queue().connections(2, 4, 2).run();

            assertFlawless(measurement);
            assertThat(measurement.delivered()).isEqualTo(measurement.published());
        }
    }

    @Test
    void messagesMayBeLargerThanABatchAndThanTheReadBuffer() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Measurement measurement = new Loads(relay.port())
                    .sizes("16 B*3,1 MiB*1")
                    .connections(1, 2, 1)
                    .window(16)
                    .run();

            assertFlawless(measurement);
            assertThat(measurement.delivered()).isEqualTo(2 * measurement.published());
        }
    }

    @Test
    void sendsAtTheRateAskedFor() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Measurement measurement = new Loads(relay.port())
                    .connections(3, 1, 1)
                    .rate(5_000)
                    .duration(Duration.ofSeconds(1))
                    .run();

            assertFlawless(measurement);
            // A machine that is busy for a moment may hold up the last ones, or the end.
            assertThat(measurement.publishedPerSecond()).isCloseTo(5_000, within(1_000.0));
            assertThat(measurement.latencyNs().getTotalCount() / measurement.seconds())
                    .isCloseTo(5_000, within(1_000.0));
            assertThat(measurement.sendLagNs().getTotalCount() / measurement.seconds())
                    .isCloseTo(5_000, within(1_000.0));
        }
    }

    /** The 10,000th message, after two seconds, is held for 200 ms; the load ends 100 ms after it. */
    @Test
    void whatIsStillOnItsWayAtTheEndCountsInTheLatencyOfIntendedTimes() throws InterruptedException {
        try (FaultyRelay relay = new FaultyRelay(Fault.PAUSES)) {
            Measurement measurement = new Loads(relay.port())
                    .rate(5_000)
                    .duration(Duration.ofSeconds(2))
                    .run();

            assertFlawless(measurement);
            assertThat(measurement.latencyNs().getMaxValue()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(190));
        }
    }

    @Test
    void tellsEverySecondHowItGoes() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            List<Double> progress = new ArrayList<>();
            Load load =
                    new Loads(relay.port()).duration(Duration.ofMillis(1_150)).load();
            Measurement measurement = Generator.run(load, (second, done) -> progress.add(done));

            assertThat(measurement.series()).hasSize(3);
            assertThat(measurement.series().stream().map(Measurement.Second::measured))
                    .containsExactly(false, true, true);
            assertThat(measurement.series().get(1).at()).isBetween(1.0, 1.9);
            assertThat(progress).hasSize(3).isSorted().endsWith(1.0);
            long delivered = measurement.series().stream()
                    .mapToLong(Measurement.Second::delivered)
                    .sum();
            assertThat(delivered).isLessThanOrEqualTo(measurement.delivered()).isPositive();
            assertThat(measurement.series().get(1).latencyP50Ns()).isPositive();
        }
    }

    @Test
    void aSinkShowsWhatThePublishersCan() throws InterruptedException {
        try (Relay sink = new Relay(0, true)) {
            Measurement measurement =
                    new Loads(sink.port()).connections(1, 0, 1).run();

            assertFlawless(measurement);
            assertThat(measurement.delivered()).isZero();
            assertThat(measurement.publishedPerSecond()).isPositive();
        }
    }

    @Test
    void countsWhatIsLost() throws InterruptedException {
        Measurement measurement = faulty(Fault.LOSES, false);

        assertThat(measurement.lost()).isCloseTo(measurement.published() / 1_000, within(2L));
        assertThat(measurement.delivered()).isEqualTo(measurement.published() - measurement.lost());
        assertThat(measurement.duplicated()).isZero();
        assertThat(measurement.reordered()).isZero();
    }

    @Test
    void countsWhatComesTwice() throws InterruptedException {
        Measurement measurement = faulty(Fault.DOUBLES, false);

        assertThat(measurement.duplicated()).isCloseTo(measurement.published() / 1_000, within(2L));
        assertThat(measurement.lost()).isZero();
        assertThat(measurement.reordered()).isZero();
    }

    @Test
    void countsWhatIsOutOfOrder() throws InterruptedException {
        Measurement measurement = faulty(Fault.SWAPS, false);

        assertThat(measurement.reordered()).isCloseTo(measurement.published() / 1_000, within(2L));
        // The last one may be held back for ever.
        assertThat(measurement.lost()).isLessThanOrEqualTo(1);
        assertThat(measurement.duplicated()).isZero();
    }

    @Test
    void countsTheFaultsOfQueuesToo() throws InterruptedException {
        assertThat(faulty(Fault.LOSES, true).lost()).isPositive();
        assertThat(faulty(Fault.DOUBLES, true).duplicated()).isPositive();
    }

    private static Measurement faulty(Fault fault, boolean queue) throws InterruptedException {
        try (FaultyRelay relay = new FaultyRelay(fault)) {
            Loads loads = new Loads(relay.port())
                    .window(256)
                    .duration(Duration.ofSeconds(1))
                    .drain(Duration.ofSeconds(1));
            Measurement measurement = (queue ? loads.queue().connections(1, 2, 1) : loads).run();
            assertThat(measurement.error()).isEmpty();
            assertThat(measurement.published()).isGreaterThan(2_000);
            return measurement;
        }
    }

    @Test
    void aPauseShowsInEveryMessageThatItHeldUp() throws InterruptedException {
        try (FaultyRelay relay = new FaultyRelay(Fault.PAUSES)) {
            Measurement measurement = new Loads(relay.port())
                    .rate(10_000)
                    .duration(Duration.ofSeconds(2))
                    .run();

            assertFlawless(measurement);
            long heldUp = measurement
                    .latencyNs()
                    .getCountBetweenValues(TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.SECONDS.toNanos(60));
            assertThat(heldUp).isGreaterThan(900);
            assertThat(measurement.latencyNs().getValueAtPercentile(99.9))
                    .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Test
    void aStalledReaderMissesWhatTheHealthyOnesGet() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Measurement measurement = new Loads(relay.port())
                    .connections(1, 2, 1)
                    .slow(SlowReader.stalled())
                    .run();

            assertFlawless(measurement);
            assertThat(measurement.delivered()).isEqualTo(2 * measurement.published());
            assertThat(measurement.slowMissed()).isPositive();
            assertThat(measurement.slowDelivered() + measurement.slowMissed()).isEqualTo(measurement.published());
            assertThat(measurement.slowDisconnected()).isZero();
        }
    }

    @Test
    void aSlowReaderReadsSoManyBytesASecond() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Measurement measurement = new Loads(relay.port())
                    .slow(new SlowReader(68_000, Duration.ZERO, Duration.ZERO))
                    .duration(Duration.ofSeconds(1))
                    .run();

            assertFlawless(measurement);
            // Of 68 bytes each, in 1.1 s.
            assertThat(measurement.slowDelivered()).isBetween(300L, 3_000L);
        }
    }

    @Test
    void aReaderThatResumesGetsWhatWasKeptForIt() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Measurement measurement = new Loads(relay.port())
                    .rate(5_000)
                    .slow(new SlowReader(0, Duration.ofMillis(100), Duration.ofMillis(300)))
                    .duration(Duration.ofMillis(600))
                    .run();

            assertFlawless(measurement);
            assertThat(measurement.slowDelivered()).isGreaterThan(measurement.published() / 2);
        }
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> new Loads(port).run())
                .isInstanceOf(ConnectFailedException.class)
                .hasMessageContaining("cannot connect to localhost:" + port)
                .hasMessageContaining("refused")
                .hasMessageContaining("is the broker running there");
    }

    @Test
    void saysThatTheBrokerSpeaksSomethingElse() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread closer = new Thread(() -> closeAll(server));
            closer.start();
            assertThatThrownBy(
                            () -> new Loads(server.getLocalPort()).wire("nats").run())
                    .isInstanceOf(ConnectFailedException.class)
                    .hasMessageMatching("(?s).*(subscriber|publisher) 1: the broker closed the connection.*")
                    .hasMessageContaining("is it nats that the broker speaks there?");
        }
    }

    private static void closeAll(ServerSocket server) {
        try {
            while (true) {
                Socket accepted = server.accept();
                accepted.getInputStream().read();
                accepted.close();
            }
        } catch (IOException e) {
            // The test is over.
            return;
        }
    }

    @Test
    void aBrokerThatGoesAwayEndsTheRunEarly() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Load load = new Loads(relay.port()).duration(Duration.ofSeconds(20)).load();
            Measurement measurement = Generator.run(load, (second, done) -> relay.close());

            assertThat(measurement.error()).containsAnyOf("the broker closed the connection", "the connection broke");
            assertThat(measurement.disconnected()).isPositive();
            assertThat(measurement.seconds()).isLessThan(10);
        }
    }

    @Test
    void anInterruptEndsTheRun() throws InterruptedException {
        try (Relay relay = new Relay(0, false)) {
            Load load = new Loads(relay.port()).duration(Duration.ofSeconds(20)).load();
            Thread self = Thread.currentThread();
            assertThatThrownBy(() -> Generator.run(load, (second, done) -> self.interrupt()))
                    .isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void refusesWhatIsNotPossible() {
        assertThatThrownBy(() -> new Loads(1).wire("redis").queue().run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("redis has no queues");
        assertThatThrownBy(() -> new Loads(1).connections(5_000, 1, 1).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 4095");
        assertThatThrownBy(() -> new Loads(1).queue().connections(1, 2, 3).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 queues need as many subscribers, there are 2");
    }
}
