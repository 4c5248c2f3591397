package plainsocket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a Sluice broker promises on the native protocol, tried over plain sockets.
 *
 * <p>Checks of timeouts wait beside the others, which run one after the other.
 *
 * <p>The broker runs with its default configuration, may run for long, and may have other clients; but two runs at the
 * same time would meet at the few destinations whose names are fixed, such as {@code /queue}. The slow checks fill a
 * queue up to its bound of 256 MiB: the bound of all queued memory must be above 400 MiB. No check waits for time to
 * pass where it can wait for an event: what must have been read is followed by a probe.
 */
public final class Conformance {
    private static final String USAGE =
            "Usage: Conformance [--host HOST] [--port PORT] [--only NAME]... [--skip-slow] [--list]";

    private Conformance() {}

    /** Runs all checks, with a line for each on the standard output; returns a line for each that failed. */
    public static List<String> run(String host, int port) {
        return run(host, port, checks());
    }

    /** Runs the checks given as arguments, or all; exits with 0 when all passed, 1 when not, 2 for a wrong argument. */
    public static void main(String[] arguments) {
        String host = "127.0.0.1";
        int port = 25_000;
        boolean list = false;
        Predicate<Check> chosen = check -> true;
        List<String> only = new ArrayList<>();
        Iterator<String> given = List.of(arguments).iterator();
        while (given.hasNext()) {
            String argument = given.next();
            if (argument.equals("--skip-slow")) {
                chosen = check -> !check.slow();
            } else if (argument.equals("--list")) {
                list = true;
            } else if (argument.equals("--host") && given.hasNext()) {
                host = given.next();
            } else if (argument.equals("--port") && given.hasNext()) {
                port = Integer.parseInt(given.next());
            } else if (argument.equals("--only") && given.hasNext()) {
                only.add(given.next());
            } else {
                System.err.println(USAGE);
                System.exit(2);
            }
        }
        if (!only.isEmpty()) {
            chosen = chosen.and(check -> only.contains(check.name()));
        }
        List<Check> checks = checks().stream().filter(chosen).toList();
        if (checks.isEmpty()) {
            System.err.println("no check is called " + only + "; see --list");
            System.exit(2);
        }
        if (list) {
            checks.forEach(check -> System.out.println(check.name() + (check.slow() ? " (slow)" : "")));
            return;
        }
        int failed = run(host, port, checks).size();
        System.out.println(checks.size() - failed + " passed, " + failed + " failed");
        System.exit(failed == 0 ? 0 : 1);
    }

    private static List<Check> checks() {
        return Stream.of(
                        DeliveryChecks.all(),
                        StreamChecks.all(),
                        NameChecks.all(),
                        LeavingChecks.all(),
                        StrangerChecks.all(),
                        SlowChecks.all())
                .flatMap(List::stream)
                .toList();
    }

    private static List<String> run(String host, int port, List<Check> checks) {
        List<String> failures = new CopyOnWriteArrayList<>();
        List<Thread> waiting = checks.stream()
                .filter(Check::waits)
                .map(check -> new Thread(() -> run(host, port, check, failures), check.name() + ", beside the others"))
                .toList();
        waiting.forEach(Thread::start);
        checks.stream().filter(check -> !check.waits()).forEach(check -> run(host, port, check, failures));
        for (Thread thread : waiting) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failures.add(thread.getName() + ": interrupted");
            }
        }
        return failures;
    }

    private static void run(String host, int port, Check check, List<String> failures) {
        long startNs = System.nanoTime();
        String failure = failure(check, host, port);
        if (failure.isEmpty()) {
            double seconds = (System.nanoTime() - startNs) / 1e9;
            System.out.println(String.format(Locale.ROOT, "ok %s (%.2f s)", check.name(), seconds));
        } else {
            failures.add(check.name() + ": " + failure);
            System.out.println("FAIL " + check.name() + ": " + failure);
        }
    }

    /** Why a check failed; empty when it did not. */
    private static String failure(Check check, String host, int port) {
        AtomicReference<String> failure = new AtomicReference<>();
        try (Trial trial = new Trial(host, port, check.name())) {
            Thread thread = new Thread(() -> failure.set(attempt(check, trial)), check.name());
            thread.setDaemon(true);
            thread.start();
            thread.join(check.seconds() * 1000L);
            StackTraceElement[] stack = thread.getStackTrace();
            String outcome = failure.get();
            return outcome != null ? outcome : "expected an end within " + check.seconds() + " s" + place(stack);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static String attempt(Check check, Trial trial) {
        try {
            check.body().run(trial);
            return "";
        } catch (Failure e) {
            return e.getMessage();
        } catch (Exception | AssertionError e) {
            return "expected to go on; came " + e + place(e.getStackTrace());
        }
    }

    /** The lines of the checks in a stack, innermost first. */
    private static String place(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .filter(element -> element.getClassName().endsWith("Checks"))
                .map(element -> element.getFileName() + ":" + element.getLineNumber())
                .collect(Collectors.joining(", ", " (at ", ")"));
    }
}
