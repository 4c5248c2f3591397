"""Payloads byte for byte, and the stream however it is cut."""

import random
from typing import List, Tuple

from client import CLEAN, GOODBYE, LENGTH, Rest, encode, frame, pair
from messages import KIB, MIB, number_of, numbered, numbers_of, publish_settled
from trial import Trial, check, expect_equal, fail

LARGEST_FRAME = 16 * MIB - 1
SEED = 20240229


def payloads() -> List[Tuple[str, bytes]]:
    """What must pass byte for byte."""
    random_bytes = random.Random(SEED).randbytes
    return [
        ("all bytes", bytes(range(256))),
        ("all bytes, backwards", bytes(range(255, -1, -1))),
        ("nothing", b""),
        ("one zero", b"\0"),
        ("a frame in a frame", GOODBYE + frame(b"x") + GOODBYE),
        ("64 KiB", random_bytes(64 * KIB)),
        ("nothing, again", b""),
        ("1 MiB", random_bytes(MIB)),
        ("15 MiB", random_bytes(15 * MIB)),
        ("16 MiB less one", random_bytes(LARGEST_FRAME)),
        ("nothing, at last", b""),
    ]


def expect_payloads(t: Trial, destination: str) -> None:
    """Every payload passes, each before the next is sent."""
    listener = t.subscriber(destination)
    sender = t.sender()
    for what, payload in payloads():
        # Beside the reading: a broker may push back a publisher while it writes to a subscriber.
        sending = t.background(sender.publish, destination, payload)
        came = listener.receive(30.0)
        sending.result()
        if came != payload:
            fail("%s byte for byte, %d bytes" % (what, len(payload)), "%d other bytes" % len(came))


@check("payload-topic")
def payload_topic(t: Trial) -> None:
    """On a topic every payload passes byte for byte, from nothing to the largest allowed."""
    expect_payloads(t, t.topic())


@check("payload-queue")
def payload_queue(t: Trial) -> None:
    """On a queue every payload passes byte for byte, from nothing to the largest allowed."""
    expect_payloads(t, t.queue())


@check("frame-above-limit")
def frame_above_limit(t: Trial) -> None:
    """A length above the limit closes its connection when it is read, and disturbs nobody else."""
    topic = t.topic()
    listener = t.subscriber(topic)
    for number, length in enumerate((LARGEST_FRAME + 1, LARGEST_FRAME + 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)):
        for what, before in (("payload", frame(encode(topic))), ("destination", b"")):
            client = t.sender()
            client.send(pair(topic, numbered(number)) + before + LENGTH.pack(length))
            t.expect_closed(client, "a %s of %d bytes" % (what, length))
            expect_equal("what came before it", number, number_of(listener.receive()))
    t.expect_alive(listener, topic, "nobody else disturbed")


@check("split-single-bytes")
def split_single_bytes(t: Trial) -> None:
    """A session written byte by byte is the same session, with and without time to read each byte alone."""
    for paced in (False, True):
        topic = t.topic("paced" if paced else "unpaced")
        messages = [b"first", b"", b"\0\0\0\1", bytes(range(256)), b"last"]
        client = t.connect()
        for byte in frame(encode(topic)) + b"".join(pair(topic, message) for message in messages):
            client.send(bytes((byte,)))
            if paced:
                t.round_trip()
        expect_equal("messages", messages, client.receive_many(len(messages)))
        client.send(GOODBYE[:1])
        t.round_trip()
        client.send(GOODBYE[1:])
        expect_equal("after goodbye", Rest([], CLEAN), client.receive_rest())


@check("split-in-two")
def split_in_two(t: Trial) -> None:
    """A short session cut in two anywhere, with time to read the first part alone, is the same session."""
    topic = t.topic()
    messages = [b"", b"\0\0\0\1", b"last"]
    session = frame(encode(topic)) + b"".join(pair(topic, message) for message in messages)
    for cut in range(1, len(session)):
        client = t.connect()
        client.send(session[:cut])
        t.round_trip()
        client.send(session[cut:])
        expect_equal("messages with a cut at %d" % cut, messages, client.receive_many(len(messages)))
        client.send(GOODBYE[: 1 + cut % 3])
        t.round_trip()
        client.send(GOODBYE[1 + cut % 3 :])
        expect_equal("after goodbye", Rest([], CLEAN), client.receive_rest())
        client.close()


def expect_many(t: Trial, destination: str) -> None:
    """100,000 messages in a few big writes, with the first frame in the first of them."""
    count = 100000
    listener = t.subscriber(destination)
    client = t.connect()
    head = frame(encode(destination)) + LENGTH.pack(8)
    stream = frame(b"/null") + b"".join(head + numbered(number) for number in range(count))
    sending = t.background(client.send, stream)
    expect_equal("all in order", list(range(count)), numbers_of(listener.receive_many(count)))
    sending.result()
    t.expect_alive(listener, destination, "nothing twice")


@check("many-frames-topic")
def many_frames_topic(t: Trial) -> None:
    """100,000 small messages written at once reach the subscriber of a topic, in order."""
    expect_many(t, t.topic())


@check("many-frames-queue")
def many_frames_queue(t: Trial) -> None:
    """100,000 small messages written at once reach the listener of a queue, in order."""
    expect_many(t, t.queue())


@check("pair-cut-off")
def pair_cut_off(t: Trial) -> None:
    """A pair cut off by a close, anywhere, delivers nothing and disturbs nobody; what came before it is routed."""
    topic = t.topic()
    listener = t.subscriber(topic)
    cut_off = pair(topic, b"cut off")
    for cut in range(len(cut_off)):
        client = t.connect()
        client.send(frame(b"/null") + pair(topic, numbered(cut)) + cut_off[:cut])
        client.close()
        expect_equal("what came before a cut at %d" % cut, cut, number_of(listener.receive()))
    for cut in range(len(cut_off)):
        client = t.sender()
        client.send(cut_off[:cut])
        t.round_trip()
        client.reset()
    client = t.sender()
    client.send(pair(topic, bytes(MIB))[: -MIB // 2])
    client.close()
    t.expect_alive(listener, topic, "nobody else disturbed")


@check("first-frame-cut-off")
def first_frame_cut_off(t: Trial) -> None:
    """A first frame cut off by a close, anywhere, subscribes to nothing and disturbs nobody."""
    queue = t.queue()
    first = frame(encode(queue))
    listener = t.subscriber(queue)
    for cut in range(len(first)):
        client = t.connect()
        client.send(first[:cut])
        client.half_close()
        t.expect_closed(client, "a first frame cut off at %d" % cut)
    publish_settled(t, queue, 0, 100)
    expect_equal("all for the only listener", list(range(100)), numbers_of(listener.receive_many(100)))
