package io.sluice.loadtest;

import io.sluice.loadtest.generator.ConnectFailedException;
import io.sluice.loadtest.report.Report.Latency;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.target.ProcessUsage;
import io.sluice.loadtest.target.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Opens connections, waits until the broker's memory has settled, and then sends messages to all. */
final class ConnectionsTrial implements Trial {
    private static final long SETTLE_STEP_MS = 500;
    private static final int SETTLE_STEPS = 20;
    private static final double SETTLED_MIB = 0.25;
    private static final long PROBE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int PROBES = 40;
    private static final long BROADCAST_NS = TimeUnit.SECONDS.toNanos(20);
    private static final double BYTES_PER_MIB = 1 << 20;

    private final int connections;
    private final int broadcasts;
    private final LiveLine live;
    /** Of each target before its first connection: what a process has freed since is not given back to the system. */
    private final Map<String, Double> idleMib = new HashMap<>();

    ConnectionsTrial(int connections, int broadcasts, LiveLine live) {
        this.connections = connections;
        this.broadcasts = broadcasts;
        this.live = live;
    }

    @Override
    public Run run(Turn turn) throws InterruptedException {
        Target target = turn.target();
        String name = RunNames.next();
        String destination = target.wire().destination(name, 0, false);
        live.doing(target.name() + ": opening " + connections + " connections");
        RunRecorder recorder = new RunRecorder(turn, (second, done) -> {});
        if (!idleMib.containsKey(target.name())) {
            idleMib.put(target.name(), settledMib(target.process()));
        }
        double before = idleMib.getOrDefault(target.name(), 0.0);
        try (IdleConnections idle = new IdleConnections(target, name, destination, connections);
                PlainConnection publisher = PlainConnection.publisher(target, name + "-p")) {
            long startNs = System.nanoTime();
            idle.open();
            double openSeconds = (System.nanoTime() - startNs) / 1e9;
            live.doing(target.name() + ": waiting until its memory has settled");
            double after = settledMib(target.process());
            live.doing(target.name() + ": sending to all");
            Histogram tookNs = new Histogram(3);
            long missed = broadcast(idle, publisher, destination, tookNs);
            Map<String, Double> figures = new LinkedHashMap<>();
            if (target.process() != null) {
                figures.put(Ratios.MEMORY_PER_CONNECTION, Math.max(0, after - before) * BYTES_PER_MIB / connections);
            }
            figures.put("connecting (/s)", connections / openSeconds);
            if (tookNs.getTotalCount() > 0) {
                figures.put("message to all (µs)", tookNs.getValueAtPercentile(50) / 1e3);
                figures.put("slowest message to all (µs)", tookNs.getMaxValue() / 1e3);
            }
            return result(turn, recorder, idle, missed, openSeconds, figures);
        } catch (IOException e) {
            throw new ConnectFailedException(target.name() + ": " + e.getMessage());
        }
    }

    /** Returns how many deliveries did not come. */
    private long broadcast(IdleConnections idle, PlainConnection publisher, String destination, Histogram tookNs)
            throws IOException, InterruptedException {
        // Nobody may be left who has not been subscribed yet: where that is not confirmed, only a message shows it.
        long number = 0;
        boolean all = false;
        for (int probe = 0; probe < PROBES && !all && idle.closedByOthers() == 0; probe++) {
            idle.expect(++number);
            publisher.publish(destination, message(number));
            all = idle.awaitReached(PROBE_NS);
        }
        long missed = 0;
        for (int i = 0; i < broadcasts; i++) {
            idle.expect(++number);
            long fromNs = System.nanoTime();
            publisher.publish(destination, message(number));
            if (idle.awaitReached(all ? BROADCAST_NS : PROBE_NS)) {
                tookNs.recordValue(System.nanoTime() - fromNs);
            } else {
                missed += connections - idle.reached();
            }
        }
        return missed;
    }

    private Run result(
            Turn turn,
            RunRecorder recorder,
            IdleConnections idle,
            long missed,
            double seconds,
            Map<String, Double> figures) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("published", (long) broadcasts);
        counts.put("delivered", (long) broadcasts * connections - missed);
        counts.put("lost", missed);
        counts.put("disconnected", (long) idle.closedByOthers());
        Latency none = RunRecorder.latency(new Histogram(3));
        return new Run(
                turn.round(),
                turn.target().name(),
                turn.variant(),
                seconds,
                0,
                0,
                counts,
                none,
                none,
                recorder.usage((long) broadcasts * connections - missed),
                0,
                figures,
                List.of(),
                idle.firstFailure());
    }

    /** Resident memory when two looks in a row see nearly the same. */
    private static double settledMib(@Nullable ProcessUsage process) throws InterruptedException {
        if (process == null) {
            return 0;
        }
        double last = process.sample().rssMib();
        for (int step = 0; step < SETTLE_STEPS; step++) {
            TimeUnit.MILLISECONDS.sleep(SETTLE_STEP_MS);
            double now = process.sample().rssMib();
            if (Math.abs(now - last) < SETTLED_MIB) {
                return now;
            }
            last = now;
        }
        return last;
    }

    private static byte[] message(long number) {
        return ByteBuffer.allocate(32).putLong(number).array();
    }
}
