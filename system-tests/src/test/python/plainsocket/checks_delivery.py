"""Who gets a message, and in which order."""

import threading
from typing import List

from client import CLEAN, PlainClient, Rest
from messages import numbers_of, publish_end, publish_numbers, publish_settled, receive_until_end
from trial import Trial, check, expect_equal


def expect_rounds(sender: PlainClient, listeners: List[PlainClient], queue: str, rounds: int) -> None:
    """One message for each listener, each received before the next round, so that all have room: the same turn always."""
    turn = None
    for _ in range(rounds):
        publish_numbers(sender, queue, 0, len(listeners))
        came = numbers_of([listener.receive() for listener in listeners])
        if turn is None:
            turn = came
            expect_equal("one message for each listener", list(range(len(listeners))), sorted(came))
        expect_equal("the same turn in every round", turn, came)


def expect_turns(sender: PlainClient, listeners: List[PlainClient], queue: str, each: int) -> None:
    """Many messages at once: listener k gets every n-th message."""
    count = each * len(listeners)
    publish_numbers(sender, queue, 0, count)
    firsts = []
    for listener in listeners:
        came = numbers_of(listener.receive_many(each))
        expect_equal("every message in turn", list(range(came[0], count, len(listeners))), came)
        firsts.append(came[0])
    expect_equal("first messages", list(range(len(listeners))), sorted(firsts))


@check("queue-two-in-turn")
def queue_two_in_turn(t: Trial) -> None:
    """Two listeners on a queue alternate strictly."""
    queue = t.queue()
    listeners = [t.subscriber(queue), t.subscriber(queue)]
    sender = t.sender()
    expect_rounds(sender, listeners, queue, 100)
    expect_turns(sender, listeners, queue, 500)
    expect_rounds(sender, listeners, queue, 10)


@check("queue-three-in-turn")
def queue_three_in_turn(t: Trial) -> None:
    """Three listeners on a queue take strict turns."""
    queue = t.queue()
    listeners = [t.subscriber(queue), t.subscriber(queue), t.subscriber(queue)]
    sender = t.sender()
    expect_rounds(sender, listeners, queue, 100)
    expect_turns(sender, listeners, queue, 400)
    expect_rounds(sender, listeners, queue, 10)


@check("queue-leave-and-rejoin")
def queue_leave_and_rejoin(t: Trial) -> None:
    """A listener that said goodbye is out of the turn; when it comes back, they alternate again."""
    queue = t.queue()
    leaver, stayer = t.subscriber(queue), t.subscriber(queue)
    sender = t.sender()
    for _ in range(3):
        expect_turns(sender, [leaver, stayer], queue, 100)
        leaver.goodbye()
        expect_equal("after goodbye", Rest([], CLEAN), leaver.receive_rest())
        publish_numbers(sender, queue, 0, 100)
        expect_equal("all for the one that stayed", list(range(100)), numbers_of(stayer.receive_many(100)))
        leaver = t.subscriber(queue)
    expect_turns(sender, [leaver, stayer], queue, 100)


@check("queue-waits-without-subscriber")
def queue_waits_without_subscriber(t: Trial) -> None:
    """What is sent to a queue that nobody listens to waits, in the order in which it was taken."""
    queue = t.queue()
    for start in range(0, 3000, 1000):
        publish_settled(t, queue, start, start + 1000)
    listener = t.subscriber(queue)
    expect_equal("in order", list(range(3000)), numbers_of(listener.receive_many(3000)))
    t.expect_alive(listener, queue, "nothing twice")


@check("topic-reaches-all-in-order")
def topic_reaches_all_in_order(t: Trial) -> None:
    """Two listeners on a topic both get everything, in the order sent."""
    topic = t.topic()
    listeners = [t.subscriber(topic), t.subscriber(topic)]
    publish_settled(t, topic, 0, 5000)
    publish_end(t, topic)
    for listener in listeners:
        expect_equal("in order", list(range(5000)), numbers_of(receive_until_end(listener)))


@check("topic-common-order")
def topic_common_order(t: Trial) -> None:
    """Three publishers at once: each one's order is kept, and both subscribers see one common order."""
    topic = t.topic()
    each = 10000
    listeners = [t.subscriber(topic), t.subscriber(topic)]
    readers = [t.background(receive_until_end, listener) for listener in listeners]
    senders = [t.sender() for _ in range(3)]
    start = threading.Barrier(len(senders))

    def publish(publisher: int) -> None:
        start.wait(10)
        # Small writes, so that the three are mixed.
        for number in range(publisher * each, (publisher + 1) * each, 50):
            publish_numbers(senders[publisher], topic, number, number + 50)
        t.settle(senders[publisher])

    for publishing in [t.background(publish, index) for index in range(len(senders))]:
        publishing.result()
    publish_end(t, topic)
    orders = [numbers_of(reader.result()) for reader in readers]
    for order in orders:
        for publisher in range(len(senders)):
            mine = range(publisher * each, (publisher + 1) * each)
            expect_equal("publisher's order", list(mine), [number for number in order if number in mine])
    expect_equal("the other subscriber's order", orders[0], orders[1])


@check("queue-publisher-order")
def queue_publisher_order(t: Trial) -> None:
    """Three publishers at once to a queue with one listener: each one's order is kept."""
    queue = t.queue()
    each = 5000
    listener = t.subscriber(queue)
    senders = [t.sender() for _ in range(3)]

    def publish(publisher: int) -> None:
        for number in range(publisher * each, (publisher + 1) * each, 50):
            publish_numbers(senders[publisher], queue, number, number + 50)

    publishers = [t.background(publish, index) for index in range(len(senders))]
    order = numbers_of(listener.receive_many(each * len(senders)))
    for publisher in publishers:
        publisher.result()
    for index in range(len(senders)):
        mine = range(index * each, (index + 1) * each)
        expect_equal("publisher's order", list(mine), [number for number in order if number in mine])


@check("topic-discards-without-subscriber")
def topic_discards_without_subscriber(t: Trial) -> None:
    """What is sent to a topic that nobody listens to is gone; a later subscriber gets only later messages."""
    topic = t.topic()
    publish_settled(t, topic, 0, 100)
    listener = t.subscriber(topic)
    publish_settled(t, topic, 100, 200)
    publish_end(t, topic)
    expect_equal("only later messages", list(range(100, 200)), numbers_of(receive_until_end(listener)))


@check("own-messages")
def own_messages(t: Trial) -> None:
    """A client that publishes to what it listens to gets its own messages, without waiting for anything."""
    for destination in (t.topic(), t.queue()):
        client = t.connect()
        client.subscribe(destination)
        publish_numbers(client, destination, 0, 1000)
        expect_equal("own messages", list(range(1000)), numbers_of(client.receive_many(1000)))
