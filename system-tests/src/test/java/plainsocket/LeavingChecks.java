package plainsocket;

import static plainsocket.Numbers.KIB;
import static plainsocket.Numbers.SMALL;
import static plainsocket.Numbers.numbersOf;
import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.pair;
import static plainsocket.PlainClient.utf8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Future;
import plainsocket.PlainClient.Ending;
import plainsocket.PlainClient.Rest;

/** Goodbye, FIN and reset: what was sent is routed, what was not delivered returns. */
final class LeavingChecks {
    // A queue listener that leaves has not read. A KiB each, and more than the kernel and the listener's window take
    // together: some wait in the kernel, some in the window and some in the queue.
    private static final int HELD_SIZE = KIB;
    private static final int HELD_COUNT = 24_000;
    private static final int SMALL_RECEIVE_BUFFER = 64 * KIB;

    private LeavingChecks() {}

    static List<Check> all() {
        return List.of(
                Check.of("goodbye-confirms-routing", LeavingChecks::goodbyeConfirmsRouting),
                Check.of("goodbye-as-first-frame", LeavingChecks::goodbyeAsFirstFrame),
                Check.of("goodbye-topic-half-close", LeavingChecks::goodbyeTopicHalfClose),
                Check.of("goodbye-unread-then-next-listener", LeavingChecks::goodbyeUnreadThenNextListener),
                Check.of("goodbye-unread-beside-listener", LeavingChecks::goodbyeUnreadBesideListener),
                Check.of("goodbye-never-read", LeavingChecks::goodbyeNeverRead).waiting(),
                Check.of("fin-routes-and-closes", LeavingChecks::finRoutesAndCloses),
                Check.of("fin-unread-then-next-listener", LeavingChecks::finUnreadThenNextListener),
                Check.of("fin-unread-beside-listener", LeavingChecks::finUnreadBesideListener),
                Check.of("fin-several-leavers", LeavingChecks::finSeveralLeavers),
                Check.of("reset-unread-beside-listener", LeavingChecks::resetUnreadBesideListener));
    }

    /** Goodbye, then end of stream: all that was sent before was routed, and waits for a later listener, in order. */
    private static void goodbyeConfirmsRouting(Trial t) throws Exception {
        String queue = t.queue("q");
        t.publishSettled(queue, 0, 50_000, SMALL);
        PlainClient listener = t.subscriber(queue);
        List<Integer> came = numbersOf(listener.receiveMany(50_000), SMALL);
        Failure.unlessEqual("all in order", Numbers.range(0, 50_000), came);
        t.expectAlive(listener, queue, "nothing twice");
    }

    /** A zero-length first frame is an invalid name. */
    private static void goodbyeAsFirstFrame(Trial t) throws Exception {
        PlainClient client = t.connect();
        client.goodbye();
        t.expectClosed(client, "goodbye as first frame");
        PlainClient another = t.connect();
        another.sendUnlessClosed(join(PlainClient.GOODBYE, frame(utf8("/null"))));
        t.expectClosed(another, "goodbye as first frame, then a name");
    }

    /** A subscriber that says goodbye, and then closes its sending half, still gets everything held for it. */
    private static void goodbyeTopicHalfClose(Trial t) throws Exception {
        String topic = t.topic("t");
        // More than the buffers of the kernel take, less than a topic subscriber's bound.
        int size = 64 * KIB;
        int count = 256;
        for (String leave : List.of("goodbye", "goodbye and a FIN")) {
            PlainClient subscriber = t.subscriber(topic, SMALL_RECEIVE_BUFFER);
            t.publishSettled(topic, 0, count, size);
            Rest rest = leave(subscriber, leave);
            Failure.unlessEqual(
                    "all that was held, after " + leave, Numbers.range(0, count), numbersOf(rest.frames(), size));
            Failure.unlessEqual("end of stream after " + leave, Ending.CLEAN, rest.ending());
        }
    }

    /** Leaves in one of two ways, and reads what still comes. */
    private static Rest leave(PlainClient client, String how) throws IOException {
        client.goodbye();
        if (how.endsWith("FIN")) {
            client.halfClose();
        }
        return client.receiveRest(20_000);
    }

    /** Who says goodbye gets what is held for it; the rest stays in the queue, in order, for the next listener. */
    private static void goodbyeUnreadThenNextListener(Trial t) throws Exception {
        for (String how : List.of("goodbye", "goodbye and a FIN")) {
            String queue = t.queue(how.replace(' ', '-'));
            PlainClient leaver = unread(t, queue);
            t.publishSettled(queue, 0, HELD_COUNT, HELD_SIZE);
            Rest rest = leave(leaver, how);
            Failure.unlessEqual("end of stream after " + how, Ending.CLEAN, rest.ending());
            List<Integer> others = receiveAllLeft(t, queue);
            Failure.unlessAscending("the next listener's messages", others);
            expectShared(List.of(rest), others);
        }
    }

    /** Who says goodbye gets what is held for it, beside a listener that gets all the others. */
    private static void goodbyeUnreadBesideListener(Trial t) throws Exception {
        String queue = t.queue("q");
        PlainClient leaver = unread(t, queue);
        PlainClient stayer = t.subscriber(queue);
        Future<List<Integer>> reading = t.beside(() -> Numbers.receiveUntilEnd(stayer, HELD_SIZE));
        t.publishSettled(queue, 0, HELD_COUNT, HELD_SIZE);
        Rest rest = leave(leaver, "goodbye");
        Failure.unlessEqual("end of stream after goodbye", Ending.CLEAN, rest.ending());
        t.publishEnd(queue);
        expectShared(List.of(rest), Trial.result(reading));
    }

    /** Who says goodbye and does not read is waited for 8 s; then what is unsent returns to its queue. */
    private static void goodbyeNeverRead(Trial t) throws Exception {
        String queue = t.queue("q");
        PlainClient leaver = unread(t, queue);
        t.publishSettled(queue, 0, HELD_COUNT, HELD_SIZE);
        leaver.goodbye();
        PlainClient stayer = t.subscriber(queue);
        long startNs = System.nanoTime();
        List<Integer> others = new ArrayList<>();
        // The last message of all was never the leaver's: its window was full before.
        do {
            others.add(Numbers.numberOf(stayer.receive(), HELD_SIZE));
        } while (others.get(others.size() - 1) != HELD_COUNT - 1);
        Failure.unlessAscending("what was in the queue", others);
        List<Integer> returned = new ArrayList<>();
        returned.add(Numbers.numberOf(stayer.receive(15_000), HELD_SIZE));
        double seconds = (System.nanoTime() - startNs) / 1e9;
        if (seconds < 6) {
            throw new Failure("messages held for the leaver for about 8 s", "returned after " + seconds + " s");
        }
        Rest rest = leaver.receiveRest(20_000);
        t.publishEnd(queue);
        returned.addAll(Numbers.receiveUntilEnd(stayer, HELD_SIZE));
        Failure.unlessAscending("what returned", returned);
        others.addAll(returned);
        expectShared(List.of(rest), others);
    }

    /** A FIN means left: what came before is routed, and the broker closes too. */
    private static void finRoutesAndCloses(Trial t) throws Exception {
        String topic = t.topic("t");
        PlainClient listener = t.subscriber(topic);
        for (int number = 0; number < 100; number++) {
            PlainClient client = t.connect();
            client.send(join(frame(utf8("/null")), pair(topic, Numbers.message(number, SMALL))));
            client.halfClose();
            t.expectClosed(client, "after a FIN");
            Failure.unlessEqual("what came before the FIN", number, Numbers.numberOf(listener.receive(), SMALL));
        }
        PlainClient subscriber = t.subscriber(topic);
        subscriber.halfClose();
        t.expectClosed(subscriber, "after a subscriber's FIN");
        t.expectAlive(listener, topic, "nobody else disturbed");
    }

    /**
     * What was not sent to a listener that left comes before all that waited, in the order it was taken.
     *
     * <p>Unsent messages return, then the socket is closed: who comes after the end of stream finds them in their
     * place. Tried again, because a broker that closes first does not lose that race every time.
     */
    private static void finUnreadThenNextListener(Trial t) throws Exception {
        for (int attempt = 0; attempt < 10; attempt++) {
            String queue = t.queue("q" + attempt);
            PlainClient leaver = unread(t, queue);
            t.publishSettled(queue, 0, HELD_COUNT, HELD_SIZE);
            leaver.halfClose();
            Rest rest = leaver.receiveRest(20_000);
            List<Integer> others = receiveAllLeft(t, queue);
            Failure.unlessAscending("attempt " + attempt + ": the next listener's messages", others);
            expectShared(List.of(rest), others);
            leaver.close();
        }
    }

    /** What was not sent to a listener that left goes to the one that stayed, in the order it was taken. */
    private static void finUnreadBesideListener(Trial t) throws Exception {
        String queue = t.queue("q");
        PlainClient leaver = unread(t, queue);
        PlainClient stayer = t.subscriber(queue);
        List<Integer> others = receiveBesideUnread(t, queue, stayer);
        leaver.halfClose();
        Rest rest = leaver.receiveRest(20_000);
        t.publishEnd(queue);
        List<Integer> returned = Numbers.receiveUntilEnd(stayer, HELD_SIZE);
        Failure.unlessAscending("what returned", returned);
        others.addAll(returned);
        expectShared(List.of(rest), others);
    }

    /** What several leavers return comes in the order it was taken, whoever returns first. */
    private static void finSeveralLeavers(Trial t) throws Exception {
        String queue = t.queue("q");
        List<PlainClient> leavers = List.of(unread(t, queue), unread(t, queue), unread(t, queue));
        t.publishSettled(queue, 0, HELD_COUNT, HELD_SIZE);
        List<Rest> rests = new ArrayList<>();
        for (int i : new int[] {2, 0, 1}) {
            leavers.get(i).halfClose();
            rests.add(leavers.get(i).receiveRest(20_000));
        }
        List<Integer> others = receiveAllLeft(t, queue);
        Failure.unlessAscending("the next listener's messages", others);
        expectShared(rests, others);
    }

    /** After a reset what was not sent goes to the one that stayed, in order; only what the kernel had is lost. */
    private static void resetUnreadBesideListener(Trial t) throws Exception {
        String queue = t.queue("q");
        PlainClient leaver = unread(t, queue);
        PlainClient stayer = t.subscriber(queue);
        BitSet share = new BitSet();
        share.set(0, HELD_COUNT);
        receiveBesideUnread(t, queue, stayer).forEach(share::clear);
        leaver.reset();
        List<Integer> returned = new ArrayList<>();
        // The last of the leaver's share was held when it left: its socket had stalled long before.
        do {
            returned.add(Numbers.numberOf(stayer.receive(), HELD_SIZE));
        } while (returned.get(returned.size() - 1) != share.length() - 1);
        List<Integer> all = share.stream().boxed().toList();
        List<Integer> tail = all.subList(Math.max(0, all.size() - returned.size()), all.size());
        Failure.unlessEqual("the end of the leaver's share", tail, returned);
        t.expectAlive(stayer, queue, "nothing twice");
    }

    /** A listener that does not read. */
    private static PlainClient unread(Trial t, String queue) throws IOException, Failure {
        return t.subscriber(queue, SMALL_RECEIVE_BUFFER);
    }

    /** Fills a queue with a listener that does not read and one that does; what the second one gets, in order. */
    private static List<Integer> receiveBesideUnread(Trial t, String queue, PlainClient stayer) throws Exception {
        Future<List<Integer>> reading = t.beside(() -> Numbers.receiveUntilEnd(stayer, HELD_SIZE));
        t.publishSettled(queue, 0, HELD_COUNT, HELD_SIZE);
        // Comes to the stayer: the window of the other is full.
        t.publishEnd(queue);
        List<Integer> numbers = Trial.result(reading);
        Failure.unlessAscending("the reading listener's messages", numbers);
        if (numbers.size() == HELD_COUNT) {
            throw new Failure("messages in turn for a listener that does not read", "none");
        }
        return numbers;
    }

    /** What a new listener finds in a queue. */
    private static List<Integer> receiveAllLeft(Trial t, String queue) throws IOException, Failure {
        PlainClient listener = t.subscriber(queue);
        t.publishEnd(queue);
        return Numbers.receiveUntilEnd(listener, HELD_SIZE);
    }

    /**
     * What leavers got before their end, the first that left first, and what others got: nothing lost, nothing doubled.
     *
     * <p>A message that a stream was cut in may be lost: the kernel had taken some of it. After a reset nobody knows
     * what the kernel had taken; then most must still be left.
     */
    private static void expectShared(List<Rest> leavers, List<Integer> others) throws Failure {
        BitSet seen = new BitSet();
        List<Integer> all = new ArrayList<>(others);
        int mayBeLost = 0;
        // The others may be given what it returned, behind what they hold already.
        Failure.unlessAscending(
                "the first leaver's messages", numbersOf(leavers.get(0).frames(), HELD_SIZE));
        for (Rest rest : leavers) {
            all.addAll(numbersOf(rest.frames(), HELD_SIZE));
            mayBeLost += switch (rest.ending()) {
                case CLEAN -> 0;
                case TORN -> 1;
                case RESET -> HELD_COUNT / 4;
            };
        }
        for (int number : all) {
            if (seen.get(number)) {
                throw new Failure("every message once", number + " twice");
            }
            seen.set(number);
        }
        int lost = HELD_COUNT - seen.cardinality();
        if (lost > mayBeLost || seen.length() > HELD_COUNT) {
            throw new Failure(
                    HELD_COUNT + " messages, at most " + mayBeLost + " lost (" + leavers + ")",
                    all.size() + " messages, the first lost " + seen.nextClearBit(0));
        }
    }
}
