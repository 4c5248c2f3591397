"""One check of the conformance suite: its connections, its destinations, and how it fails."""

import itertools
import os
import queue
import sys
import threading
import time
import traceback
from typing import Any, Callable, Dict, List, NamedTuple, NoReturn, Optional

from client import CLEAN, RESET, EndOfStream, Name, PlainClient, Rest, Silence

# Two runs against one broker must not meet, not even in what an interrupted run left in a queue.
RUN = os.urandom(4).hex()


class Failure(Exception):
    """A promise that was not kept: what was expected, what came."""


class Check(NamedTuple):
    """A promise and the function that tries it."""

    name: str
    body: Callable[["Trial"], None]
    seconds: float
    slow: bool
    waits: bool


CHECKS: Dict[str, Check] = {}


def check(
    name: str, seconds: float = 60.0, slow: bool = False, waits: bool = False
) -> Callable[[Callable[["Trial"], None]], Any]:
    """Registers a check under its name, with the time it may take; one that only waits runs beside the others."""

    def register(body: Callable[["Trial"], None]) -> Callable[["Trial"], None]:
        CHECKS[name] = Check(name, body, seconds, slow, waits)
        return body

    return register


def fail(expected: str, came: str) -> NoReturn:
    """Ends the check."""
    raise Failure("expected %s; came %s" % (expected, came))


def expect_equal(what: str, expected: Any, came: Any) -> None:
    """Ends the check unless both are equal."""
    if expected == came:
        return
    if isinstance(expected, list) and isinstance(came, list):
        same = next((i for i, (a, b) in enumerate(zip(expected, came)) if a != b), min(len(expected), len(came)))
        fail(
            "%s: %d, at %d %s" % (what, len(expected), same, shorten(expected[same : same + 5])),
            "%d, there %s" % (len(came), shorten(came[same : same + 5])),
        )
    fail("%s: %s" % (what, shorten(expected)), shorten(came))


def shorten(value: Any) -> str:
    """A value as a failure shows it: not a megabyte of it."""
    text = repr(value)
    return text if len(text) <= 200 else "%s... (%d characters in all)" % (text[:200], len(text))


class Background:
    """A function that runs beside the check; its result, or what it raised, is taken with `result`."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._outcome: "queue.Queue[tuple]" = queue.Queue()
        # A daemon, so that a check that hangs does not keep the suite from ending.
        self._thread = threading.Thread(target=self._run, args=(function, arguments), daemon=True)
        self._thread.start()

    def _run(self, function: Callable[..., Any], arguments: tuple) -> None:
        try:
            self._outcome.put((function(*arguments), None))
        except BaseException as raised:  # handed over, and raised again by whoever asks for the result
            self._outcome.put((None, raised))

    def result(self, seconds: float = 30.0) -> Any:
        """Waits for the end of the function."""
        try:
            value, raised = self._outcome.get(timeout=seconds)
        except queue.Empty:
            place = _where(traceback.extract_stack(sys._current_frames().get(self._thread.ident or 0)))
            raise Silence("no end within %.1f s%s" % (seconds, place)) from None
        if raised is not None:
            raise raised
        return value


class Trial:
    """What one check works with: connections that are closed after it, and destinations of its own."""

    def __init__(self, host: str, port: int, name: str) -> None:
        self.host = host
        self.port = port
        self.name = name
        self._clients: List[PlainClient] = []
        self._doorbell: Optional[PlainClient] = None
        self._rings = itertools.count()

    def topic(self, suffix: str = "t") -> str:
        """A topic nobody else uses."""
        return "/topic/conformance/%s/%s/%s" % (RUN, self.name, suffix)

    def queue(self, suffix: str = "q") -> str:
        """A queue nobody else uses."""
        return "/queue/conformance/%s/%s/%s" % (RUN, self.name, suffix)

    def connect(self, receive_buffer: Optional[int] = None) -> PlainClient:
        """A connection that has sent nothing yet."""
        client = PlainClient(self.host, self.port, receive_buffer)
        self._clients.append(client)
        return client

    def sender(self) -> PlainClient:
        """A connection that only publishes."""
        client = self.connect()
        client.subscribe("/null")
        return client

    def subscriber(self, destination: Name, receive_buffer: Optional[int] = None) -> PlainClient:
        """A connection whose subscription holds."""
        client = self.connect(receive_buffer)
        client.subscribe(destination)
        self.confirm(client)
        return client

    def confirm(self, client: PlainClient) -> None:
        """Returns when the broker has read all that the client sent.

        The protocol confirms nothing, so the client rings: it publishes a probe to the doorbell of this check. The
        broker reads a connection in order; when the bell rings, everything before the probe was read.
        """
        bell = self.topic("doorbell")
        if self._doorbell is None:
            self._doorbell = self.connect()
            self._doorbell.subscribe(bell)
            self.confirm(self._doorbell)
        ring = b"ring %d" % next(self._rings)
        client.publish(bell, ring)
        expect_equal("probe", ring, self._doorbell.receive())

    def round_trip(self) -> None:
        """Gives the broker time to read what was written before: a message goes there and back beside it."""
        if self._doorbell is None:
            self.confirm(self.sender())
        else:
            self.confirm(self._doorbell)

    def settle(self, sender: PlainClient, seconds: float = 30.0) -> None:
        """Says goodbye; the end of stream confirms that all it sent was routed."""
        sender.goodbye()
        expect_equal("after goodbye", Rest([], CLEAN), sender.receive_rest(seconds))

    def expect_closed(self, client: PlainClient, what: str, seconds: float = 4.0) -> None:
        """The broker closes, and says nothing before; at once: before the handshake timeout would close it anyway."""
        try:
            rest = client.receive_rest(seconds)
        except Silence:
            fail("%s: closed within %.0f s" % (what, seconds), "an open connection")
        if rest.frames or rest.ending not in (CLEAN, RESET):
            fail("%s: closed without a word" % what, repr(rest))

    def expect_alive(self, subscriber: PlainClient, destination: Name, what: str) -> None:
        """The subscriber's next message is the one that is published now."""
        token = b"alive %d" % next(self._rings)
        sender = self.sender()
        sender.publish(destination, token)
        expect_equal("%s, next message" % what, token, subscriber.receive())
        self.settle(sender)

    def background(self, function: Callable[..., Any], *arguments: Any) -> Background:
        """Starts a function beside the check."""
        return Background(function, *arguments)

    def close(self) -> None:
        """Closes all connections of the check."""
        for client in self._clients:
            client.close()


def run(chosen: Check, host: str, port: int) -> Optional[str]:
    """Runs one check; returns why it failed, or None."""
    trial = Trial(host, port, chosen.name)
    try:
        Background(chosen.body, trial).result(chosen.seconds)
    except Failure as failure:
        return str(failure)
    except (EndOfStream, Silence) as ended:
        return "expected to go on; came %s%s" % (ended, _where(traceback.extract_tb(ended.__traceback__)))
    except Exception as error:  # a fault of the suite, or a refused connection: reported, and the next check runs
        return "expected to go on; came %s: %s%s" % (
            type(error).__name__,
            error,
            _where(traceback.extract_tb(error.__traceback__)),
        )
    finally:
        trial.close()
    return None


def _where(steps: traceback.StackSummary) -> str:
    """The lines of the checks among the steps of a stack, innermost first."""
    names = ["%s:%s" % (os.path.basename(step.filename), step.lineno) for step in reversed(steps)]
    lines = [name for name in names if name.startswith("checks_")]
    return " (at %s)" % ", ".join(lines) if lines else ""


def elapsed(start: float) -> float:
    """Seconds since a reading of the monotonic clock."""
    return time.monotonic() - start
