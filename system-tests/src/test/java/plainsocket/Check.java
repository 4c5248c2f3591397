package plainsocket;

/**
 * A promise and what tries it.
 *
 * @param name words joined by hyphens, the same in all suites
 * @param slow whether it takes more than 10 s or queues hundreds of MiB
 * @param waits whether it does little else: then it runs beside the others
 * @param seconds how long it may take
 */
record Check(String name, boolean slow, boolean waits, int seconds, Body body) {
    /** Tries the promise; throws when it was not kept. */
    @FunctionalInterface
    interface Body {
        void run(Trial trial) throws Exception;
    }

    static Check of(String name, Body body) {
        return new Check(name, false, false, 60, body);
    }

    static Check slow(String name, Body body) {
        return new Check(name, true, false, 180, body);
    }

    /** The same check, known to do little but wait. */
    Check waiting() {
        return new Check(name, slow, true, seconds, body);
    }
}
