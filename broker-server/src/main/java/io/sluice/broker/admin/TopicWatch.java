package io.sluice.broker.admin;

import io.netty.util.concurrent.Future;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.delivery.Watch;

/** What comes to a topic. Subscribed to it already, so that who asks is told at once if it cannot be. */
@OwnLoop
final class TopicWatch implements EventSource {
    private static final long LOOK_EVERY_MS = 100;

    private final Watch watch;

    /** @param watch closed when the stream ends, or is not to be */
    TopicWatch(Watch watch) {
        this.watch = watch;
    }

    @Override
    public AutoCloseable start(EventStream stream) {
        WatchStream watched = new WatchStream(watch);
        Future<?> looks = stream.every(LOOK_EVERY_MS, () -> watched.look(stream));
        return () -> {
            looks.cancel(false);
            watch.close();
        };
    }

    @Override
    public void abandon() {
        watch.close();
    }
}
