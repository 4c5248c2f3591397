"""Numbered messages: what a check publishes, and how it tells that nothing is missing, doubled or moved."""

import struct
import time
from typing import List, Sequence

from client import LENGTH, Name, PlainClient, encode, frame
from trial import Trial, fail

KIB = 1024
MIB = 1024 * KIB
NUMBER = struct.Struct(">Q")
END = b"end"


def numbered(number: int, size: int = 8) -> bytes:
    """A payload that carries its number, and a filling that follows from it."""
    return NUMBER.pack(number) + bytes((number % 251,)) * (size - 8)


def number_of(payload: bytes, size: int = 8) -> int:
    """The number of a payload, after every byte of it was compared."""
    if len(payload) != size:
        fail("a payload of %d bytes" % size, "%d bytes" % len(payload))
    number = NUMBER.unpack_from(payload)[0]
    if payload != numbered(number, size):
        fail("message %d as it was sent" % number, "other bytes")
    return number


def numbers_of(payloads: Sequence[bytes], size: int = 8) -> List[int]:
    """The numbers of payloads, in the order they came."""
    return [number_of(payload, size) for payload in payloads]


def publish_numbers(sender: PlainClient, destination: Name, first: int, end: int, size: int = 8) -> None:
    """Publishes the messages first to end - 1, in writes of about 1 MiB."""
    head = frame(encode(destination)) + LENGTH.pack(size)
    step = max(1, MIB // (len(head) + size))
    for start in range(first, end, step):
        sender.send(b"".join(head + numbered(number, size) for number in range(start, min(end, start + step))))


def publish_settled(t: Trial, destination: Name, first: int, end: int, size: int = 8) -> None:
    """Publishes the messages first to end - 1, and waits until the broker has routed them."""
    sender = t.sender()
    publish_numbers(sender, destination, first, end, size)
    t.settle(sender)


def publish_end(t: Trial, destination: Name) -> None:
    """Publishes what tells a subscriber that nothing is missing any more."""
    sender = t.sender()
    sender.publish(destination, END)
    t.settle(sender)


def receive_until_end(client: PlainClient, seconds: float = 30.0) -> List[bytes]:
    """All messages before END."""
    deadline = time.monotonic() + seconds
    messages: List[bytes] = []
    while True:
        message = client.receive(max(0.0, deadline - time.monotonic()))
        if message == END:
            return messages
        messages.append(message)


def expect_ascending(what: str, numbers: List[int]) -> None:
    """Ends the check unless each number is greater than the one before."""
    for before, after in zip(numbers, numbers[1:]):
        if after <= before:
            fail("%s in ascending order" % what, "%d after %d" % (after, before))
