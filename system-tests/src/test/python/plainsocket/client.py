"""A client of the native protocol on a plain socket, written from the specification alone.

A frame is an unsigned 32-bit big-endian length and that many bytes. The client sends one frame that names what it
subscribes to, then pairs of frames: destination, payload. It receives one frame per message: the payload.

Every wait has a deadline. A client may be read by one thread while another writes to it.
"""

import select
import socket
import struct
import time
from typing import Iterable, List, NamedTuple, Optional, Tuple, Union

LENGTH = struct.Struct(">I")
GOODBYE = LENGTH.pack(0)

CLEAN = "clean"
TORN = "torn"
RESET = "reset"

Name = Union[str, bytes]


class Silence(Exception):
    """Nothing came, or nothing could be sent, until the deadline."""


class EndOfStream(Exception):
    """The broker closed the connection; `ending` is CLEAN (between two frames), TORN (inside one) or RESET."""

    def __init__(self, ending: str) -> None:
        super().__init__("the broker closed the connection (%s)" % ending)
        self.ending = ending


class Rest(NamedTuple):
    """What came until the broker closed: whole frames, and how the stream ended."""

    frames: List[bytes]
    ending: str


def encode(name: Name) -> bytes:
    """A destination as it goes on the wire; bytes are left as they are, so that names may be invalid."""
    return name.encode("utf-8") if isinstance(name, str) else name


def frame(body: bytes) -> bytes:
    """One frame."""
    return LENGTH.pack(len(body)) + body


def pair(destination: Name, payload: bytes) -> bytes:
    """What publishes one message: two frames."""
    return frame(encode(destination)) + frame(payload)


class PlainClient:
    """One connection to a broker."""

    def __init__(self, host: str, port: int, receive_buffer: Optional[int] = None, seconds: float = 10.0) -> None:
        """Connects; `receive_buffer` is SO_RCVBUF in bytes, set before the handshake so that the window obeys it."""
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        self._socket = socket.socket(family, kind, protocol)
        try:
            if receive_buffer is not None:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.settimeout(seconds)
            self._socket.connect(address)
            # Not a timeout of the socket: it would hold for the reading and the writing thread alike.
            self._socket.setblocking(False)
        except BaseException:
            self._socket.close()
            raise
        self._received = bytearray()
        self._taken = 0

    # Sending

    def subscribe(self, destination: Name) -> None:
        """Sends the first frame."""
        self.send(frame(encode(destination)))

    def publish(self, destination: Name, payload: bytes) -> None:
        """Sends one pair."""
        self.send(pair(destination, payload))

    def publish_all(self, messages: Iterable[Tuple[Name, bytes]]) -> None:
        """Sends many pairs in one write."""
        self.send(b"".join(pair(destination, payload) for destination, payload in messages))

    def goodbye(self) -> None:
        """Sends the zero-length frame that takes leave."""
        self.send(GOODBYE)

    def send(self, data: Union[bytes, memoryview], seconds: float = 60.0) -> None:
        """Sends bytes as they are; raises Silence when they do not fit until the deadline, EndOfStream when closed."""
        deadline = time.monotonic() + seconds
        rest = memoryview(data)
        while rest:
            sent = self.send_some(rest)
            rest = rest[sent:]
            if sent == 0 and not self._ready(deadline, writing=True):
                raise Silence("%d of %d bytes could not be sent within %.1f s" % (len(rest), len(data), seconds))

    def send_unless_closed(self, data: bytes) -> None:
        """Sends what the broker may refuse before it has read all of it."""
        try:
            self.send(data)
        except EndOfStream:
            pass

    def send_some(self, data: Union[bytes, memoryview]) -> int:
        """Sends what the kernel takes at once, and returns how much that was."""
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except (ConnectionResetError, BrokenPipeError) as closed:
            raise EndOfStream(RESET) from closed

    def writable(self, seconds: float) -> bool:
        """Waits until the kernel takes more; False when it did not until the deadline."""
        return self._ready(time.monotonic() + seconds, writing=True)

    # Receiving

    def receive(self, seconds: float = 10.0) -> bytes:
        """The next message; raises Silence when there is none until the deadline, EndOfStream when there is no more."""
        deadline = time.monotonic() + seconds
        self._await(4, deadline, seconds)
        length = LENGTH.unpack_from(self._received, self._taken)[0]
        self._await(4 + length, deadline, seconds)
        start = self._taken + 4
        self._taken = start + length
        return bytes(self._received[start : self._taken])

    def receive_many(self, count: int, seconds: float = 20.0) -> List[bytes]:
        """So many messages within one deadline."""
        deadline = time.monotonic() + seconds
        return [self.receive(max(0.0, deadline - time.monotonic())) for _ in range(count)]

    def receive_rest(self, seconds: float = 10.0) -> Rest:
        """All messages until the broker closes; raises Silence when it has not closed at the deadline."""
        deadline = time.monotonic() + seconds
        frames: List[bytes] = []
        while True:
            try:
                frames.append(self.receive(max(0.0, deadline - time.monotonic())))
            except EndOfStream as end:
                return Rest(frames, end.ending)

    def _await(self, count: int, deadline: float, seconds: float) -> None:
        """Reads until that many untaken bytes are here."""
        while len(self._received) - self._taken < count:
            # One cut for everything taken since the last read; one for each frame would be quadratic.
            if self._taken:
                del self._received[: self._taken]
                self._taken = 0
            try:
                chunk = self._socket.recv(262144)
            except (BlockingIOError, InterruptedError):
                if not self._ready(deadline, writing=False):
                    raise Silence("no whole message within %.1f s" % seconds) from None
                continue
            except ConnectionResetError as closed:
                raise EndOfStream(RESET) from closed
            if not chunk:
                raise EndOfStream(TORN if self._received else CLEAN)
            self._received += chunk

    # Leaving

    def half_close(self) -> None:
        """Sends a FIN and goes on reading."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as closed:
            raise EndOfStream(RESET) from closed

    def reset(self) -> None:
        """Closes with a RST: what the broker has not read is lost."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        """Closes; a FIN, unless something came that was not read. May be called twice."""
        self._socket.close()

    def _ready(self, deadline: float, writing: bool) -> bool:
        """Waits until the socket can be read or written; False at the deadline."""
        seconds = max(0.0, deadline - time.monotonic())
        if writing:
            return bool(select.select([], [self._socket], [], seconds)[1])
        return bool(select.select([self._socket], [], [], seconds)[0])
