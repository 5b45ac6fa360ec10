"""Sends sealed journals as edges' outboxes do, four messages of each unanswered at a time, until all is acked.

MQTT 3.1.1 over one socket, written here: a client of paho would take longer over a message than the broker and
whoever is measured. What acks say is believed: nobody's seal is checked here.
"""

import select
import socket
import struct
import time
from collections.abc import Iterator, Sequence

import cbor2

from bench.sealed_journals import SealedJournal
from contract.topics import DOWN_ACK, down, parse
from edge.core.outbox import WINDOW_BATCHES

_CONNECT = b"\x00\x04MQTT\x04\x02\x00\x00\x00\x05bench"
"""Protocol's name and level, a clean session, no keepalive, the client's id (MQTT 3.1.1, section 3.1)."""
_READ_BYTES = 1 << 18
_PATIENCE_S = 60.0


def send(port: int, journal: bytes, journals: Sequence[SealedJournal]) -> float:
    """Seconds from the first message to the last ack. SystemExit: nothing was acked for a minute."""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(
            _packet(0x10, _CONNECT) + _packet(0x82, b"\x00\x01" + _text(down("+", DOWN_ACK)) + b"\x00")
        )
        _settle(connection)
        connection.setblocking(False)
        return _Sending(connection, journal, journals).run()


class _Sending:
    def __init__(self, connection: socket.socket, journal: bytes, journals: Sequence[SealedJournal]) -> None:
        self._connection = connection
        self._journal = journal
        self._left = {parse(each.topic).name: _packets(each) for each in journals}
        self._sent = dict.fromkeys(self._left, 0)
        self._acked = dict.fromkeys(self._left, 0)
        self._open = len(self._left)
        self._out = bytearray()
        self._in = bytearray()

    def run(self) -> float:
        begun_s = moved_s = time.monotonic()
        for edge in self._left:
            self._fill(edge)
        while self._open:
            ready = select.select([self._connection], [self._connection] if self._out else [], [], 1.0)
            if ready[1]:
                del self._out[: self._connection.send(memoryview(self._out)[:_READ_BYTES])]
            if ready[0] and self._read():
                moved_s = time.monotonic()
            if time.monotonic() - moved_s > _PATIENCE_S:
                raise SystemExit(f"F7: no ack for {_PATIENCE_S:.0f} s, {self._open} edges wait for one")
        return time.monotonic() - begun_s

    def _fill(self, edge: str) -> None:
        packets = self._left[edge]
        upto = min(self._acked[edge] + WINDOW_BATCHES, len(packets))
        for _, packet in packets[self._sent[edge] : upto]:
            self._out += packet
        self._sent[edge] = max(self._sent[edge], upto)

    def _read(self) -> bool:
        """Whether an ack moved something on."""
        self._in += self._connection.recv(_READ_BYTES)
        moved = False
        for kind, body in _packets_in(self._in):
            if kind == 0x30:
                moved |= self._hear(body)
        return moved

    def _hear(self, publish: bytes) -> bool:
        (length,) = struct.unpack_from(">H", publish)
        edge = publish[2 : 2 + length].split(b"/")[3].decode()
        ack = cbor2.loads(cbor2.loads(publish[2 + length :])[2])
        packets, acked = self._left.get(edge, []), self._acked.get(edge, 0)
        before = acked
        while acked < len(packets) and packets[acked][0] <= ack["upto"] and ack["journal"] == self._journal:
            acked += 1
        if acked == before:
            return False
        self._acked[edge] = acked
        self._open -= acked == len(packets)
        self._fill(edge)
        return True


def _packets(journal: SealedJournal) -> list[tuple[int, bytes]]:
    topic = _text(journal.topic)
    found = []
    for number, (upto, payload) in enumerate(journal.messages):
        found.append((upto, _packet(0x32, topic + struct.pack(">H", number % 0xFFFF + 1) + payload)))
    return found


def _packets_in(data: bytearray) -> Iterator[tuple[int, bytes]]:
    """Type and flags, and the body, of each that is whole; they are taken out of `data`."""
    begin = 0
    while True:
        length, shift, end = 0, 0, begin + 1
        while end < len(data):
            length |= (data[end] & 0x7F) << shift
            shift, end = shift + 7, end + 1
            if not data[end - 1] & 0x80:
                break
        else:
            break
        if end + length > len(data):
            break
        yield data[begin], bytes(data[end : end + length])
        begin = end + length
    del data[:begin]


def _settle(connection: socket.socket) -> None:
    """Until it is connected and subscribed."""
    answered, data = 0, bytearray()
    while answered < 2:
        data += connection.recv(_READ_BYTES)
        answered += sum(1 for _ in _packets_in(data))


def _packet(first: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (0x80 if left else 0))
        if not left:
            return bytes([first]) + bytes(length) + body


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
