"""A broker of an attacker's: lets everybody in and subscribe, then says what a test gives it, notes what it hears,
and takes no message in.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

CONNECT: Final = 0x10
PUBLISH: Final = 0x30
PUBACK: Final = 0x40
PUBREC: Final = 0x50
SUBSCRIBE: Final = 0x82
DISCONNECT: Final = 0xE0
_PINGREQ: Final = 0xC0
_SOON_S: Final = 30.0


def message(topic: str | bytes, payload: bytes, qos: int = 1, number: int = 1) -> bytes:
    """The packet that says it."""
    name = topic.encode() if isinstance(topic, str) else topic
    body = _text(name) + (number.to_bytes(2, "big") if qos else b"") + payload
    return bytes([PUBLISH | qos << 1]) + length_bytes(len(body)) + body


class Line:
    """One connection. `heard`: the first byte and the rest of each packet."""

    def __init__(self, connection: socket.socket, said: bytes) -> None:
        self._connection = connection
        self._said = said
        self.heard: list[tuple[int, bytes]] = []
        self.is_over = False

    def kinds(self) -> list[int]:
        return [kind for kind, _ in self.heard]

    def say(self, packet: bytes) -> None:
        self._connection.sendall(packet)

    def cut(self) -> None:
        self._connection.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        with self._connection, self._connection.makefile("rb") as stream:
            try:
                while kind := stream.read(1):
                    self._answer(kind[0], stream.read(_read_length(stream.read)))
            except OSError:
                pass
        self.is_over = True

    def _answer(self, kind: int, body: bytes) -> None:
        self.heard.append((kind, body))
        if kind == CONNECT:
            self.say(b"\x20\x02\x00\x00")
        elif kind == SUBSCRIBE:
            self.say(b"\x90" + length_bytes(2 + _topics_in(body)) + body[:2] + b"\x01" * _topics_in(body))
            self.say(self._said)
            self._said = b""
        elif kind == _PINGREQ:
            self.say(b"\xd0\x00")


class ScriptedBroker:
    """`said`: what is said on the first connection, the second and so on, once it has subscribed."""

    def __init__(self, server: socket.socket, said: tuple[bytes, ...]) -> None:
        self.port: int = server.getsockname()[1]
        self.lines: list[Line] = []
        self._server = server
        self._said = iter(said)

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            line = Line(connection, next(self._said, b""))
            self.lines.append(line)
            threading.Thread(target=line.run, daemon=True).start()


@contextmanager
def scripted_broker(*said: bytes) -> Iterator[ScriptedBroker]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        broker = ScriptedBroker(server, said)
        threading.Thread(target=broker.serve, daemon=True).start()
        yield broker
        server.shutdown(socket.SHUT_RDWR)


def wait_until(holds: Callable[[], object]) -> None:
    ends_at_s = time.monotonic() + _SOON_S
    while not holds():
        assert time.monotonic() < ends_at_s, "it does not come to that"
        time.sleep(0.01)


def _topics_in(body: bytes) -> int:
    """Of a SUBSCRIBE."""
    at, count = 2, 0
    while at < len(body):
        at += 2 + int.from_bytes(body[at : at + 2], "big") + 1
        count += 1
    return count


def _text(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def length_bytes(left: int) -> bytes:
    """MQTT 3.1.1, section 2.2.3."""
    digits = b""
    while True:
        left, digit = divmod(left, 128)
        digits += bytes([digit | (128 if left else 0)])
        if not left:
            return digits


def _read_length(read: Callable[[int], bytes]) -> int:
    length, factor = 0, 1
    while True:
        digit = read(1)[0]
        length += (digit & 127) * factor
        factor *= 128
        if not digit & 128:
            return length
