package plainsocket;

import static plainsocket.Numbers.SMALL;
import static plainsocket.Numbers.numbersOf;
import static plainsocket.Numbers.range;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;

/** Who gets a message, and in which order. */
final class DeliveryChecks {
    private static final int PUBLISHERS = 3;

    private DeliveryChecks() {}

    static List<Check> all() {
        return List.of(
                Check.of("queue-two-in-turn", t -> queueInTurn(t, 2)),
                Check.of("queue-three-in-turn", t -> queueInTurn(t, 3)),
                Check.of("queue-leave-and-rejoin", DeliveryChecks::queueLeaveAndRejoin),
                Check.of("queue-waits-without-subscriber", DeliveryChecks::queueWaitsWithoutSubscriber),
                Check.of("topic-reaches-all-in-order", DeliveryChecks::topicReachesAllInOrder),
                Check.of("topic-common-order", DeliveryChecks::topicCommonOrder),
                Check.of("queue-publisher-order", DeliveryChecks::queuePublisherOrder),
                Check.of("topic-discards-without-subscriber", DeliveryChecks::topicDiscardsWithoutSubscriber),
                Check.of("own-messages", DeliveryChecks::ownMessages));
    }

    /** Listeners on a queue take strict turns: one message at a time, and many at once. */
    private static void queueInTurn(Trial t, int count) throws Exception {
        String queue = t.queue("q");
        List<PlainClient> listeners = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            listeners.add(t.subscriber(queue));
        }
        PlainClient sender = t.sender();
        List<Integer> turn = round(sender, listeners, queue);
        Failure.unlessEqual(
                "one message for each", range(0, count), turn.stream().sorted().toList());
        for (int i = 0; i < 100; i++) {
            Failure.unlessEqual("the same turn in every round", turn, round(sender, listeners, queue));
        }
        expectTurns(sender, listeners, queue, 500);
        for (int i = 0; i < 10; i++) {
            Failure.unlessEqual("the same turn after many", turn, round(sender, listeners, queue));
        }
    }

    /** A message for each listener, received before anything else is sent: all have room. */
    private static List<Integer> round(PlainClient sender, List<PlainClient> listeners, String queue)
            throws IOException, Failure {
        List<Integer> turn = new ArrayList<>();
        Numbers.publish(sender, queue, 0, listeners.size(), SMALL);
        for (PlainClient listener : listeners) {
            turn.add(Numbers.numberOf(listener.receive(), SMALL));
        }
        return turn;
    }

    /** Many messages at once: each listener gets every n-th message, and no two the same. */
    static void expectTurns(PlainClient sender, List<PlainClient> listeners, String queue, int each)
            throws IOException, Failure {
        int count = each * listeners.size();
        Numbers.publish(sender, queue, 0, count, SMALL);
        List<Integer> firsts = new ArrayList<>();
        for (PlainClient listener : listeners) {
            List<Integer> came = numbersOf(listener.receiveMany(each), SMALL);
            int first = came.get(0);
            Failure.unlessEqual(
                    "every message in turn",
                    range(0, each).stream()
                            .map(i -> first + i * listeners.size())
                            .toList(),
                    came);
            firsts.add(first);
        }
        Failure.unlessEqual(
                "first messages",
                range(0, listeners.size()),
                firsts.stream().sorted().toList());
    }

    /** A listener that said goodbye is out of the turn; when it comes back, they alternate again. */
    private static void queueLeaveAndRejoin(Trial t) throws Exception {
        String queue = t.queue("q");
        PlainClient stayer = t.subscriber(queue);
        PlainClient sender = t.sender();
        for (int i = 0; i < 3; i++) {
            PlainClient leaver = t.subscriber(queue);
            expectTurns(sender, List.of(leaver, stayer), queue, 100);
            leaver.goodbye();
            t.expectEnd(leaver, "after goodbye");
            Numbers.publish(sender, queue, 0, 101, SMALL);
            Failure.unlessEqual(
                    "all for the one that stayed", range(0, 101), numbersOf(stayer.receiveMany(101), SMALL));
        }
    }

    /** What is sent to a queue that nobody listens to waits, in the order in which it was taken. */
    private static void queueWaitsWithoutSubscriber(Trial t) throws Exception {
        String queue = t.queue("q");
        for (int first = 0; first < 3000; first += 1000) {
            t.publishSettled(queue, first, first + 1000, SMALL);
        }
        PlainClient listener = t.subscriber(queue);
        Failure.unlessEqual("in order", range(0, 3000), numbersOf(listener.receiveMany(3000), SMALL));
        t.expectAlive(listener, queue, "nothing twice");
    }

    /** Two listeners on a topic both get everything, in the order sent. */
    private static void topicReachesAllInOrder(Trial t) throws Exception {
        String topic = t.topic("t");
        List<PlainClient> listeners = List.of(t.subscriber(topic), t.subscriber(topic));
        t.publishSettled(topic, 0, 5000, SMALL);
        t.publishEnd(topic);
        for (PlainClient listener : listeners) {
            Failure.unlessEqual("in order", range(0, 5000), Numbers.receiveUntilEnd(listener, SMALL));
        }
    }

    /** Three publishers at once: each one's order is kept, and both subscribers see one common order. */
    private static void topicCommonOrder(Trial t) throws Exception {
        String topic = t.topic("t");
        int each = 10_000;
        List<Future<List<Integer>>> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            PlainClient listener = t.subscriber(topic);
            readers.add(t.beside(() -> Numbers.receiveUntilEnd(listener, SMALL)));
        }
        Trial.results(publishAtOnce(t, topic, each), 30);
        t.publishEnd(topic);
        List<List<Integer>> orders = Trial.results(readers, 30);
        for (List<Integer> order : orders) {
            expectEachInOrder(order, each);
        }
        Failure.unlessEqual("the other subscriber's order", orders.get(0), orders.get(1));
    }

    /** Three publishers at once to a queue with one listener: each one's order is kept. */
    private static void queuePublisherOrder(Trial t) throws Exception {
        String queue = t.queue("q");
        int each = 5000;
        PlainClient listener = t.subscriber(queue);
        List<Future<Integer>> publishers = publishAtOnce(t, queue, each);
        expectEachInOrder(numbersOf(listener.receiveMany(PUBLISHERS * each), SMALL), each);
        Trial.results(publishers, 30);
        t.expectAlive(listener, queue, "nothing twice");
    }

    /** Starts publishers that share out the numbers; each ends when its messages were routed. */
    private static List<Future<Integer>> publishAtOnce(Trial t, String destination, int each) {
        CyclicBarrier start = new CyclicBarrier(PUBLISHERS);
        List<Future<Integer>> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            int first = i * each;
            publishers.add(t.beside(() -> {
                PlainClient sender = t.sender();
                start.await();
                // Small writes, so that the publishers are mixed.
                for (int number = first; number < first + each; number += 50) {
                    Numbers.publish(sender, destination, number, number + 50, SMALL);
                }
                t.settle(sender);
                return first;
            }));
        }
        return publishers;
    }

    private static void expectEachInOrder(List<Integer> order, int each) throws Failure {
        for (int i = 0; i < PUBLISHERS; i++) {
            int publisher = i;
            Failure.unlessEqual(
                    "order of publisher " + publisher,
                    range(publisher * each, (publisher + 1) * each),
                    order.stream().filter(number -> number / each == publisher).toList());
        }
    }

    /** What is sent to a topic that nobody listens to is gone; a later subscriber gets only later messages. */
    private static void topicDiscardsWithoutSubscriber(Trial t) throws Exception {
        String topic = t.topic("t");
        t.publishSettled(topic, 0, 100, SMALL);
        PlainClient listener = t.subscriber(topic);
        t.publishSettled(topic, 100, 200, SMALL);
        t.publishEnd(topic);
        Failure.unlessEqual("only later messages", range(100, 200), Numbers.receiveUntilEnd(listener, SMALL));
    }

    /** A client that publishes to what it listens to gets its own messages, without waiting for anything. */
    private static void ownMessages(Trial t) throws Exception {
        for (String destination : List.of(t.topic("t"), t.queue("q"))) {
            PlainClient client = t.connect();
            client.subscribe(destination);
            Numbers.publish(client, destination, 0, 1000, SMALL);
            Failure.unlessEqual("own messages", range(0, 1000), numbersOf(client.receiveMany(1000), SMALL));
        }
    }
}
