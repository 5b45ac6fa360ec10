"""Many light edges in one thread of their own: their sockets, and when each says what it says every minute."""

import heapq
import itertools
import random
import resource
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho

from bench.light_edge import LightEdge
from contract.keys import VerifyingKey

EVERY_S = 60.0
"""Presence, telemetry and, while nothing else was answered, a pull: each edge at moments of its own."""
_KEEPALIVE_S = 60
_FILES_AN_EDGE = 4
_REPEAT_EVERY_S = 5.0
_PATIENCE_S = 60.0


class LightFleet:
    """Connected, with the feed's rows, when made; goes on until `close`. To be called from one other thread."""

    def __init__(self, count: int, port: int, hub_key: VerifyingKey) -> None:
        _allow_files(count * _FILES_AN_EDGE + 200)
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._subscribed = 0
        self._asked: deque[Callable[[], None]] = deque()
        self._closing = False
        self._hushed = False
        self.edges: list[LightEdge] = []
        self._clients = [self._connect(number, port, hub_key) for number in range(count)]
        self._until(lambda: self._subscribed == count, "subscriptions")
        for edge in self.edges:
            edge.pull()
        self._at(_REPEAT_EVERY_S, self._keep_up)
        self._until(lambda: all(edge.sequence for edge in self.edges), "first pages")
        for edge in self.edges:
            # Not all at once, as edges come that were never away together.
            for say in (edge.say_presence, edge.say_telemetry, edge.pull):
                self._every_minute(say, random.uniform(0, EVERY_S))
        self._thread = threading.Thread(target=self._go_on, name="edges", daemon=True)
        self._thread.start()

    def repeat(self, every_s: float, seconds: float, work: Callable[[], None]) -> None:
        """Do `work` every so often, for so long; returns at once."""
        ends_s = time.monotonic() + seconds
        self._asked.append(lambda: self._repeat(every_s, work, ends_s))

    def hush(self) -> None:
        """From now on edges say nothing by themselves."""
        self._hushed = True

    def wait_for_acks(self) -> None:
        _wait(lambda: all(edge.acked == edge.last for edge in self.edges), "acks", lambda: time.sleep(0.05))

    def close(self) -> None:
        self._closing = True
        self._thread.join()
        for client in self._clients:
            client.disconnect()
        self._selector.close()

    def _connect(self, number: int, port: int, hub_key: VerifyingKey) -> paho.Client:
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"bench-{number}")
        edge = LightEdge(number, hub_key, lambda topic, payload, keep: self._publish(client, topic, payload, keep))
        self.edges.append(edge)
        client.will_set(*edge.will(), qos=1, retain=True)
        client.on_connect = lambda *_: client.subscribe([(topic, 1) for topic in edge.topics])
        client.on_subscribe = self._note_subscribed
        client.on_message = lambda _client, _data, message: edge.hear(message.topic, message.payload)
        client.on_socket_open = self._watch
        client.on_socket_close = self._unwatch
        client.on_socket_register_write = lambda each, _, connection: self._wanted(connection, each, True)
        client.on_socket_unregister_write = lambda each, _, connection: self._wanted(connection, each, False)
        client.connect("127.0.0.1", port, _KEEPALIVE_S)
        return client

    @staticmethod
    def _publish(client: paho.Client, topic: str, payload: bytes, keep: bool) -> None:
        client.publish(topic, payload, 1, keep)

    def _note_subscribed(self, *_: Any) -> None:
        self._subscribed += 1

    def _watch(self, client: paho.Client, _data: Any, connection: Any) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def _unwatch(self, _client: paho.Client, _data: Any, connection: Any) -> None:
        if connection in (self._selector.get_map() or ()):
            self._selector.unregister(connection)

    def _wanted(self, connection: Any, client: paho.Client, write: bool) -> None:
        if connection in (self._selector.get_map() or ()):  # paho tells it of sockets that it has closed, too
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if write else 0)
            self._selector.modify(connection, wanted, client)

    def _turn(self) -> None:
        while self._timers and self._timers[0][0] <= time.monotonic():
            heapq.heappop(self._timers)[2]()
        for ready, events in self._selector.select(0.01):
            if events & selectors.EVENT_READ:
                ready.data.loop_read()
            if events & selectors.EVENT_WRITE:
                ready.data.loop_write()

    def _until(self, true: Callable[[], bool], what: str) -> None:
        _wait(true, what, self._turn)

    def _go_on(self) -> None:
        while not self._closing:
            while self._asked:
                self._asked.popleft()()
            self._turn()

    def _at(self, in_s: float, work: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (time.monotonic() + in_s, next(self._order), work))

    def _every_minute(self, say: Callable[[], None], in_s: float) -> None:
        def said() -> None:
            if not self._hushed:
                say()
            self._at(EVERY_S, said)

        self._at(in_s, said)

    def _repeat(self, every_s: float, work: Callable[[], None], ends_s: float) -> None:
        def done() -> None:
            if time.monotonic() < ends_s:
                work()
                self._at(every_s, done)

        self._at(0.0, done)

    def _keep_up(self) -> None:
        for edge, client in zip(self.edges, self._clients, strict=True):
            client.loop_misc()
            edge.repeat()
        self._at(_REPEAT_EVERY_S, self._keep_up)


def _wait(true: Callable[[], bool], what: str, meanwhile: Callable[[], object]) -> None:
    ends_s = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > ends_s:
            raise SystemExit(f"light edges: no {what} within {_PATIENCE_S:.0f} s")
        meanwhile()


def _allow_files(count: int) -> None:
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(count, most)))
