package io.sluice.broker.session;

import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that the memory bound was reached, at most once a minute, with what was done since. Guarded by the shedder. */
final class SheddingLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.memory");
    private static final long EVERY_NS = TimeUnit.MINUTES.toNanos(1);

    private final PinnedMemory memory;
    private final NanoClock clock;
    private boolean said;
    private long saidNs;
    private long times;
    private long clients;

    SheddingLog(PinnedMemory memory, NanoClock clock) {
        this.memory = memory;
        this.clock = clock;
    }

    void shed(int shed, int holders) {
        times++;
        clients += shed;
        long nowNs = clock.nowNs();
        if (said && nowNs - saidNs < EVERY_NS) {
            return;
        }
        LOG.warn(
                "memory ran short ({} of at most {} bytes are pinned now, by queued messages and unfinished frames): {}"
                        + " times since the last such line, {} clients lost messages or their connection for it ({} hold"
                        + " something that can be shed); raise memory.max, lower delivery.send-queue.max-bytes, or make"
                        + " subscribers read",
                memory.bytes(),
                memory.maxBytes(),
                times,
                clients,
                holders);
        said = true;
        saidNs = nowNs;
        times = 0;
        clients = 0;
    }
}
