"""Connections that say nothing, or something else."""

import random
import time
from typing import List

from client import EndOfStream, Silence, frame
from trial import Trial, check, elapsed, fail

SEED = 20240229

# Five, and what a busy machine may take besides; the next timeout would be that of a frame, after 30 s.
LATEST_SECONDS = 15.0


@check("handshake-timeout", waits=True)
def handshake_timeout(t: Trial) -> None:
    """Without a first frame a connection is closed 5 s after it was accepted, whatever trickles in; later it may idle."""
    topic = t.topic()
    idle = t.subscriber(topic)

    def silent(sent: bytes) -> None:
        start = time.monotonic()
        client = t.connect()
        client.send(sent)
        t.expect_closed(client, "first frame not finished (%r)" % sent, LATEST_SECONDS)
        if elapsed(start) < 4.5:
            fail("%r: closed after 5 s" % sent, "closed after %.2f s" % elapsed(start))

    def trickling() -> None:
        start = time.monotonic()
        client = t.connect()
        for byte in frame(b"/topic/" + b"t" * 1000):
            client.send_unless_closed(bytes((byte,)))
            try:
                client.receive(0.2)
            except Silence:
                if elapsed(start) > LATEST_SECONDS:
                    fail("closed 5 s after accept, bytes or not", "open after %.2f s" % elapsed(start))
            except EndOfStream:
                break
        if elapsed(start) < 4.5:
            fail("trickling: closed after 5 s", "closed after %.2f s" % elapsed(start))

    silences = [b"", b"\0", b"\0\0\0", b"\0\0\0\x08", b"\0\0\0\x08/topic/"]
    for waiting in [t.background(silent, sent) for sent in silences] + [t.background(trickling)]:
        waiting.result()
    t.expect_alive(idle, topic, "no timeout between frames")


def noises() -> List[bytes]:
    """First bytes of nobody this port knows."""
    post = b"POST /topic/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
    hello = bytes.fromhex("1603010041010000 3d0303") + bytes(range(32)) + bytes.fromhex("00000213010100") + bytes(12)
    found = [post, b"PUT / HTTP/1.1\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", hello, bytes.fromhex("7fffffff") + bytes(64)]
    found += [bytes.fromhex("00010000") + b"n" * 65536, b"\0\xff" + bytes(62)]
    noise = random.Random(SEED)
    # Not the first bytes of a native frame, of STOMP, MQTT, TLS, HTTP or PROXY.
    known = b"\0" + b"\nCS\r" + b"\x10" + b"\x16" + b"G" + b"P"
    first = [byte for byte in range(256) if byte not in known]
    return found + [bytes((noise.choice(first),)) + noise.randbytes(63) for _ in range(50)]


@check("garbage-first-bytes")
def garbage_first_bytes(t: Trial) -> None:
    """First bytes of no protocol close the connection at once, and disturb nobody else."""
    topic = t.topic()
    listener = t.subscriber(topic)
    for noise in noises():
        client = t.connect()
        client.send_unless_closed(noise)
        t.expect_closed(client, "first bytes %r" % noise[:16])
    t.expect_alive(listener, topic, "nobody else disturbed")
