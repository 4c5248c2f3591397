"""Destinations: which names are allowed, what they mean, and that no two are mixed up."""

from typing import List

from client import CLEAN, EndOfStream, PlainClient, Rest, Silence, encode, frame, pair
from messages import MIB, number_of, numbered, numbers_of, publish_end, publish_settled, receive_until_end
from checks_delivery import expect_turns
from trial import RUN, Trial, check, expect_equal, fail

LONGEST_NAME = 1024

# What looks like UTF-8 and is not.
MALFORMED = [
    # Overlong forms: of the slash, of U+0000, and of the last code point that needs a byte less.
    *(b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xc0\x80"),
    *(b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x88\x80\x80\x80"),
    # Surrogates, alone and as a pair.
    *(b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80"),
    # Above U+10FFFF, and bytes that never occur.
    *(b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xfe", b"\xff"),
    # Continuations without a beginning.
    *(b"\x80", b"\xbf", b"a\x80", b"\xc3\xa9\xa9"),
    # Sequences cut off by the end, by a character of one byte, by one of two.
    *(b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98"),
    *(b"\xc3/a", b"\xe2\x82/a", b"\xf0\x9f\x98/a"),
    *(b"\xe2\xc3\xa9", b"\xe2\x82\xc3\xa9", b"\xf0\x9f\xc3\xa9"),
]


@check("null-delivers-nothing")
def null_delivers_nothing(t: Trial) -> None:
    """Nobody gets what is sent to /null, not even who subscribed to it."""
    subscribers = [t.subscriber("/null"), t.subscriber("/null")]
    publish_settled(t, "/null", 0, 100)
    for subscriber in subscribers:
        subscriber.publish("/null", b"to myself")
        subscriber.goodbye()
        expect_equal("after goodbye", Rest([], CLEAN), subscriber.receive_rest())


def drained(t: Trial, queue: str) -> PlainClient:
    """A listener on a queue of a common name, after what others left there."""
    listener = t.subscriber(queue)
    publish_end(t, queue)
    receive_until_end(listener)
    return listener


@check("prefix-decides-queue")
def prefix_decides_queue(t: Trial) -> None:
    """A first segment that is exactly `queue` makes a queue: a message waits, and goes to one of two."""
    for name in ("/queue", "/queue/", "/queue/" + RUN, "/queue//" + RUN, "/queue/" + RUN + "/", "/queue/queue" + RUN):
        first = drained(t, name)
        first.goodbye()
        expect_equal("after goodbye", Rest([], CLEAN), first.receive_rest())
        publish_settled(t, name, 0, 3)
        first = t.subscriber(name)
        expect_equal("%s: waiting messages" % name, [0, 1, 2], numbers_of(first.receive_many(3)))
        second = t.subscriber(name)
        expect_turns(t.sender(), [first, second], name, 10)
        for listener in (first, second):
            listener.goodbye()
            expect_equal("after goodbye", Rest([], CLEAN), listener.receive_rest())


@check("prefix-decides-topic")
def prefix_decides_topic(t: Trial) -> None:
    """Every other name but /null makes a topic: nothing waits, and two subscribers both get a message."""
    names = ["/queuefoo", "/queuefoo/", "/Queue/", "/QUEUE/", "queue/", "//queue/", "/topic/queue/", "/ queue/"]
    names += ["/null/", "/nullx", "/Null/", "/null//", "//null/", "null/", "topic/", "/", "", "/queue%2F"]
    for name in [name + RUN for name in names] + ["/null/x", "/null/", "/queuefoo", "queue", "null"]:
        publish_settled(t, name, 0, 3)
        subscribers = [t.subscriber(name), t.subscriber(name)]
        publish_settled(t, name, 3, 6)
        for subscriber in subscribers:
            expect_equal("%s: later messages" % name, [3, 4, 5], numbers_of(subscriber.receive_many(3)))
            subscriber.goodbye()
            expect_equal("after goodbye", Rest([], CLEAN), subscriber.receive_rest())


def allowed_names() -> List[bytes]:
    """Names that look as if they could be refused, and are not."""
    texts = ["x", "/", "//", "/topic/", "/topic//", " ", "/topic/ ", "~", "/a$b", "/$x", "/topic/$SYS", "topic"]
    texts += ["a*b", "/topic/a*b", "/topic/a*", "/topic/*b", "/topic/a#", "/topic/#b", "/topic/+1", "/topic/1+1"]
    texts += ["/topic/->", "/topic/>b", "/topic/**", "/topic/##", "/topic/++", "/topic/>>", "/topic/..", "\\", "a/$"]
    edges = (0xA0, 0xE9, 0x7FF, 0x800, 0x2028, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x10FFFF)
    texts += ["/topic/" + chr(edge) for edge in edges]
    for prefix in ("/topic/" + RUN, "/queue/" + RUN):
        texts += [prefix + "n" * (LONGEST_NAME - len(prefix) - less) for less in (1, 0)]
    texts += ["\u00e9" * (LONGEST_NAME // 2), "\U0001f30a" * (LONGEST_NAME // 4)]
    return [encode(text) for text in texts]


@check("names-allowed")
def names_allowed(t: Trial) -> None:
    """A name is 1 to 1,024 bytes of UTF-8; wildcards and $ are only refused where they stand alone or first."""
    for number, name in enumerate(allowed_names()):
        own = encode("%s %d" % (RUN, number))
        client = t.connect()
        client.send(frame(name) + pair(name, own))
        try:
            # Some of these names are short, and others may use them.
            while client.receive(5.0) != own:
                pass
        except (EndOfStream, Silence) as ended:
            fail("%r as a destination, %d bytes" % (name[:40], len(name)), str(ended))
        client.close()


@check("names-distinct")
def names_distinct(t: Trial) -> None:
    """Names are compared as bytes: nothing is folded, normalised, trimmed or collapsed."""
    base = t.topic()
    groups = [
        ("/a", "//a", "/a/", "//a/", "/a//", "/A", "/a ", "/ a", "/./a", "/%61"),
        ("/\u00e9", "/e\u0301", "/e", "/\u00c9", "/\ufeff\u00e9"),
        ("/K", "/\u212a", "/k"),
    ]
    for group in groups:
        names = [base + suffix for suffix in group]
        subscribers = [t.subscriber(name) for name in names]
        sender = t.sender()
        for turn in range(2):
            sender.publish_all((name, encode("%d %s" % (turn, name))) for name in names)
        for name, subscriber in zip(names, subscribers):
            expected = [encode("%d %s" % (turn, name)) for turn in range(2)]
            expect_equal("%r: only its own" % name, expected, subscriber.receive_many(2))


def refused_names() -> List[bytes]:
    """Names that are refused, as first frame and as destination."""
    names = [encode("/topic/a%sb" % chr(code)) for code in (*range(0x20), *range(0x7F, 0xA0))]
    names += [b"\0", b"\n", b"\x7f", b"/topic/a\n", b"\r/topic/a", b"\xc2\x85"]
    names += [encode(text) for text in ("$", "$x", "$SYS/a", "$/topic/a")]
    for wildcard in "*#+>":
        patterns = ("%s", "/%s", "%s/", "/topic/%s", "/topic/%s/a", "%s/a", "/queue/%s", "/queue/a/%s", "/a//%s")
        names += [encode(pattern % wildcard) for pattern in patterns]
    names += [b"/t/" + malformed for malformed in MALFORMED]
    names += [b"\xc3", b"\x80", b"n" * (LONGEST_NAME - 1) + b"\xc3"]
    names += [b"n" * (LONGEST_NAME + 1), b"n" * (LONGEST_NAME * 2), b"n" * 65535]
    # More than 1,024 bytes in fewer characters.
    names += [encode("\u00e9" * (LONGEST_NAME // 2) + "n"), encode("\u20ac" * (LONGEST_NAME // 3) + "nn")]
    return names


@check("names-refused-as-subscription")
def names_refused_as_subscription(t: Trial) -> None:
    """An invalid name as first frame closes the connection, and disturbs nobody else."""
    topic = t.topic()
    listener = t.subscriber(topic)
    for name in [b""] + refused_names():
        client = t.connect()
        client.send_unless_closed(frame(name))
        t.expect_closed(client, "first frame %r, %d bytes" % (name[:40], len(name)))
    t.expect_alive(listener, topic, "nobody else disturbed")


@check("names-refused-as-destination")
def names_refused_as_destination(t: Trial) -> None:
    """An invalid name as destination closes the connection; what came before was routed, nobody else is disturbed."""
    topic = t.topic()
    listener = t.subscriber(topic)
    for number, name in enumerate(refused_names() + [b"n" * MIB]):
        client = t.sender()
        client.send_unless_closed(pair(topic, numbered(number)) + pair(name, b"never"))
        t.expect_closed(client, "destination %r, %d bytes" % (name[:40], len(name)))
        expect_equal("what came before it", number, number_of(listener.receive()))
    t.expect_alive(listener, topic, "nobody else disturbed")
