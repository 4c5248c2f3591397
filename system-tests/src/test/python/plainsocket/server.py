"""A broker for the native protocol, written from its specification alone: standard library only, a thread per client.

It is here so that our tools meet another implementation than ours. It keeps everything in memory without bounds and writes
while it holds its one lock: good for tests, and for nothing else.

    python3 server.py            prints "listening on PORT" and serves until its standard input ends
"""

import collections
import socket
import struct
import sys
import threading

MAX_FRAME = 16 * 1024 * 1024 - 1


class Broken(Exception):
    """The client does not keep to the protocol."""


def read_exactly(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def read_frame(stream):
    (length,) = struct.unpack(">I", read_exactly(stream, 4))
    if length > MAX_FRAME:
        raise Broken("a frame of %d bytes" % length)
    return read_exactly(stream, length)


def is_queue(name):
    return name == b"/queue" or name.startswith(b"/queue/")


def is_valid(name):
    if not 1 <= len(name) <= 1024 or name.startswith(b"$"):
        return False
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F for c in text):
        return False
    return not any(segment in ("*", "#", "+", ">") for segment in text.split("/"))


class Broker:
    def __init__(self):
        self.lock = threading.Lock()
        self.subscribers = collections.defaultdict(list)
        self.waiting = collections.defaultdict(collections.deque)

    def subscribe(self, name, client):
        if name == b"/null":
            return
        with self.lock:
            self.subscribers[name].append(client)
            while self.waiting[name]:
                client.send(self.waiting[name].popleft())

    def leave(self, name, client):
        with self.lock:
            if client in self.subscribers[name]:
                self.subscribers[name].remove(client)

    def publish(self, name, payload):
        if name == b"/null":
            return
        with self.lock:
            clients = self.subscribers[name]
            if not is_queue(name):
                for client in list(clients):
                    client.send(payload)
            elif clients:
                # The first in the row gets it and goes to the end.
                client = clients.pop(0)
                clients.append(client)
                client.send(payload)
            else:
                self.waiting[name].append(payload)


class Client:
    def __init__(self, broker, connection):
        self.broker = broker
        self.connection = connection
        self.stream = connection.makefile("rb")

    def send(self, payload):
        try:
            self.connection.sendall(struct.pack(">I", len(payload)) + payload)
        except OSError:
            pass  # It is gone; its own thread will see.

    def serve(self):
        subscribed = None
        try:
            subscribed = read_frame(self.stream)
            if not is_valid(subscribed):
                raise Broken("an invalid name")
            self.broker.subscribe(subscribed, self)
            while True:
                destination = read_frame(self.stream)
                if not destination:
                    break  # Goodbye.
                if not is_valid(destination):
                    raise Broken("an invalid name")
                self.broker.publish(destination, read_frame(self.stream))
        except (EOFError, OSError):
            pass
        except Broken as e:
            print("closed: %s" % e, file=sys.stderr)
            # A reset, so that nobody takes the end of the stream for the answer to a goodbye.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        finally:
            if subscribed:
                self.broker.leave(subscribed, self)
            self.stream.close()
            self.connection.close()


def main():
    broker = Broker()
    listener = socket.create_server(("127.0.0.1", 0))
    print("listening on %d" % listener.getsockname()[1], flush=True)

    def accept():
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=Client(broker, connection).serve, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
