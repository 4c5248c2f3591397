"""Checks that take long: slow subscribers, full queues, stalled frames."""

import threading
import time
from typing import List, Tuple

from client import LENGTH, Name, PlainClient, Silence, encode, frame, pair
from messages import END, KIB, MIB, expect_ascending, number_of, numbered, numbers_of, publish_numbers, publish_settled
from trial import Trial, check, elapsed, expect_equal, fail


@check("frame-stalled", seconds=90, slow=True, waits=True)
def frame_stalled(t: Trial) -> None:
    """A frame that does not advance for 30 s closes its connection; one that does, and a pause between two, do not."""
    topic = t.topic()
    listener = t.subscriber(topic)
    destination = frame(encode(topic))

    def stalled(begun: bytes) -> None:
        client = t.sender()
        client.send(begun)
        start = time.monotonic()
        t.expect_closed(client, "a frame that stalls after %r" % begun[-8:], 45.0)
        if elapsed(start) < 28.0:
            fail("a stalled frame closed after 30 s", "closed after %.1f s" % elapsed(start))

    def advancing(message: bytes) -> None:
        client = t.sender()
        whole = pair(topic, message)
        pieces = [whole[:-8]] + [whole[-8:][index : index + 1] for index in range(8)]
        for piece in pieces:
            client.send(piece)
            try:
                client.receive(4.5)
            except Silence:
                continue
        t.settle(client)

    def pausing(message: bytes) -> None:
        client = t.sender()
        client.send(destination)
        try:
            client.receive(36.0)
        except Silence:
            client.send(frame(message))
        t.settle(client)

    begun = [b"\0", b"\0\0\0", destination[:9], destination + b"\0\0", destination + LENGTH.pack(100) + b"stalled!"]
    beside = [t.background(stalled, cut) for cut in begun]
    beside += [t.background(advancing, b"advancing"), t.background(pausing, b"pausing")]
    for waiting in beside:
        waiting.result(60.0)
    expect_equal("the two that were not stalled", [b"advancing", b"pausing"], sorted(listener.receive_many(2)))
    t.expect_alive(listener, topic, "nobody else disturbed")


@check("slow-topic-subscriber", seconds=180, slow=True)
def slow_topic_subscriber(t: Trial) -> None:
    """Beside a subscriber that does not read, another gets everything; the slow one, later, whole frames in order."""
    topic = t.topic()
    size, count, step, ahead = KIB, 200 * KIB, 1000, 4
    slow = t.subscriber(topic, receive_buffer=4 * KIB)
    healthy = t.subscriber(topic)
    sender = t.sender()
    # The publisher keeps a few MiB ahead of the healthy one, which so never comes near its own bound.
    for start in range(0, count + ahead * step, step):
        publish_numbers(sender, topic, start, min(count, start + step), size)
        read = start - ahead * step
        if read >= 0:
            last = min(count, read + step)
            came = numbers_of(healthy.receive_many(last - read), size)
            expect_equal("the healthy subscriber's messages", list(range(read, last)), came)
    enough = threading.Event()

    def read_on() -> List[int]:
        numbers: List[int] = []
        while not numbers or numbers[-1] < count:
            numbers.append(number_of(slow.receive(30.0), size))
        enough.set()
        return numbers

    reading = t.background(read_on)
    number = count
    while not enough.wait(0.05) and number < count + 3000:
        publish_numbers(sender, topic, number, number + 1, size)
        expect_equal("the healthy subscriber's message", number, number_of(healthy.receive(), size))
        number += 1
    numbers = reading.result(60.0)
    expect_ascending("the slow subscriber's messages", numbers)
    # 64 MiB are held for it; as much again is more than any kernel holds.
    if len(numbers) * size > 128 * MIB:
        fail("messages dropped above a bound of 64 MiB", "%d MiB" % (len(numbers) * size // MIB))


def publish_until_blocked(
    sender: PlainClient, destination: Name, size: int, step: int, least: int, limit: int
) -> Tuple[int, memoryview]:
    """Publishes numbers until nothing was taken for a second; how many were begun, and what is still to be sent.

    Before the least it is waited for longer: a busy broker may not have read for a second either.
    """
    count = 0
    head = frame(encode(destination)) + LENGTH.pack(size)
    while count < limit:
        rest = memoryview(b"".join(head + numbered(number, size) for number in range(count, count + step)))
        count += step
        while rest:
            sent = sender.send_some(rest)
            rest = rest[sent:]
            if sent == 0 and not sender.writable(1.0 if count >= least else 20.0):
                return count, rest
    fail("a publisher pushed back", "%d messages of %d bytes taken" % (count, size))


def expect_pushed_back(t: Trial, size: int, step: int, least: int, limit: int) -> None:
    """A publisher to a queue without listeners is pushed back, alone; then everything comes out, in order."""
    queue, other_topic, other_queue = t.queue(), t.topic("other"), t.queue("other")
    others = {other_topic: t.subscriber(other_topic), other_queue: t.subscriber(other_queue)}
    blocked = t.sender()
    count, rest = publish_until_blocked(blocked, queue, size, step, least, limit)
    if count < least:
        fail("at least %d messages of %d bytes taken" % (least, size), "%d" % count)
    for destination, subscriber in others.items():
        publish_settled(t, destination, 0, 1000, 100)
        expect_equal("others go on", list(range(1000)), numbers_of(subscriber.receive_many(1000), 100))

    def finish() -> None:
        blocked.send(rest)
        blocked.publish(queue, END)
        t.settle(blocked)

    listener = t.subscriber(queue)
    finishing = t.background(finish)
    expected = 0
    while True:
        message = listener.receive(20.0)
        if message == END:
            break
        expect_equal("next message", expected, number_of(message, size))
        expected += 1
    expect_equal("messages in all", count, expected)
    finishing.result()


@check("push-back-bytes", seconds=180, slow=True)
def push_back_bytes(t: Trial) -> None:
    """A queue holds 256 MiB; then its publisher is pushed back until a listener comes, and nothing is lost."""
    # A quarter of the bound at least: what counts is the memory kept alive, not the payload alone.
    expect_pushed_back(t, 16 * KIB, 64, 64 * MIB // (16 * KIB), 400 * MIB // (16 * KIB))


@check("push-back-count", seconds=180, slow=True)
def push_back_count(t: Trial) -> None:
    """A queue holds 1,000,000 messages; then its publisher is pushed back until a listener comes."""
    # The kernel's buffers hold another million of these at most.
    expect_pushed_back(t, 8, 10000, 250000, 2500000)
