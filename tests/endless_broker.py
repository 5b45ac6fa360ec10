"""A broker of an attacker's: after the handshake, one packet of any length."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.scripted_broker import length_bytes

_MIB = 1024 * 1024


@contextmanager
def endless_broker(packet_mib: int) -> Iterator[tuple[int, list[int]]]:
    """Its port, and how many MiB each connection took before it ended."""
    took: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, packet_mib, took), daemon=True).start()
        yield server.getsockname()[1], took


def _serve(server: socket.socket, packet_mib: int, took: list[int]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            took.append(_flood(connection, packet_mib))


def _flood(connection: socket.socket, packet_mib: int) -> int:
    """A CONNACK, then a PUBLISH."""
    sent_mib = 0
    try:
        connection.recv(4_096)
        connection.sendall(b"\x20\x02\x00\x00" + b"\x30" + length_bytes(packet_mib * _MIB))
        while sent_mib < packet_mib:
            connection.sendall(bytes(_MIB))
            sent_mib += 1
    except OSError:
        pass
    return sent_mib
