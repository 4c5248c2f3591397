package io.sluice.loadtest.target;

import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A relay that breaks what a broker promises: {@code java … FaultyRelay FAULT FILE} listens on any port, which it writes
 * to the file as {@link RelayMain} does.
 */
public final class FaultyRelay extends Relay {
    /** What it does wrong, from time to time. */
    public enum Fault {
        LOSES,
        DOUBLES,
        SWAPS,
        /** Leaves out the last byte. */
        CUTS,
        /** Does nothing for 200 ms, once. */
        PAUSES,
        /** Is gone in the middle. */
        ENDS
    }

    /** The first messages are probes, which are not counted. */
    private static final int EVERY = 1_000;

    private static final int ONCE_AT = 10_000;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Fault fault;
    private long messages;
    private @Nullable ByteBuf heldBack;

    public FaultyRelay(Fault fault) {
        super(0, false);
        this.fault = fault;
    }

    /** Runs until the process is ended. */
    public static void main(String[] args) throws Exception {
        try (FaultyRelay relay = new FaultyRelay(Fault.valueOf(args[0]))) {
            RelayMain.writePorts(Path.of(args[1]), relay.port());
            relay.await();
        }
    }

    @Override
    void forward(Destination to, ByteBuf in, int frame, int bytes) {
        messages++;
        boolean due = messages % EVERY == 0;
        switch (fault) {
            case LOSES -> forward(to, in, frame, bytes, due ? 0 : 1);
            case DOUBLES -> forward(to, in, frame, bytes, due ? 2 : 1);
            case SWAPS -> forwardSwapped(to, in, frame, bytes, due);
            case CUTS -> forwardCut(to, in, frame, bytes, due);
            case PAUSES -> {
                if (messages == ONCE_AT) {
                    pause();
                }
                super.forward(to, in, frame, bytes);
            }
            case ENDS -> {
                if (messages == ONCE_AT) {
                    new Thread(this::close, "end-of-relay").start();
                }
                super.forward(to, in, frame, bytes);
            }
            default -> throw new AssertionError(fault);
        }
    }

    private void forward(Destination to, ByteBuf in, int frame, int bytes, int times) {
        for (int i = 0; i < times; i++) {
            super.forward(to, in, frame, bytes);
        }
    }

    private void forwardCut(Destination to, ByteBuf in, int frame, int bytes, boolean due) {
        if (!due) {
            super.forward(to, in, frame, bytes);
            return;
        }
        ByteBuf cut = in.copy(frame, bytes - 1);
        cut.setInt(0, cut.getInt(0) - 1);
        super.forward(to, cut, 0, cut.readableBytes());
        cut.release();
    }

    private void forwardSwapped(Destination to, ByteBuf in, int frame, int bytes, boolean due) {
        if (due) {
            heldBack = in.copy(frame, bytes);
            return;
        }
        super.forward(to, in, frame, bytes);
        ByteBuf held = heldBack;
        if (held != null) {
            heldBack = null;
            super.forward(to, held, 0, held.readableBytes());
            held.release();
        }
    }

    private static void pause() {
        long untilNs = System.nanoTime() + PAUSE_NS;
        while (untilNs - System.nanoTime() > 0) {
            LockSupport.parkNanos(untilNs - System.nanoTime());
        }
    }
}
