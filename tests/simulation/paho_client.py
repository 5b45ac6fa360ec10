"""In paho's place: a client of the simulated broker, with as much of paho's ways as edge and hub use.

Everything goes on the loop, in the context of whoever made the client, where paho has a thread. As paho does, it
keeps what the broker has not taken in and sends it again in the next session, so that messages come twice.
"""

from collections.abc import Callable
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any, NamedTuple

from tests.simulation.broker import Broker, Line, Published, Session
from tests.simulation.loop import VirtualLoop

BROKER: ContextVar[tuple[VirtualLoop, Broker, Line]] = ContextVar("broker")
"""Which broker a client reaches, and over which line."""
_QUEUE_MAX = 3_000


class Reason:
    def __init__(self, words: str = "Success") -> None:
        self._words = words
        self.is_failure = words != "Success"

    def __str__(self) -> str:
        return self._words


class Said(NamedTuple):
    """What `publish` gives back."""

    client: "Client"
    number: int

    def wait_for_publish(self, _timeout_s: float) -> None:
        """Nobody waits in virtual time: the connection is as good as cut by then."""

    def is_published(self) -> bool:
        return self.number not in self.client.untaken


class Client:
    """paho.mqtt.client.Client. Callbacks are set as attributes."""

    def __init__(self, *_versions: Any, client_id: str = "", **_options: Any) -> None:
        self._loop, self._broker, self._line = BROKER.get()
        self._context = copy_context()
        self._id = client_id
        self._session: Session | None = None
        self._will: Published | None = None
        self._delay_s = 1.0
        self._number = 0
        self._running = False
        self.untaken: dict[int, Published] = {}
        self.on_socket_open: Callable[..., Any] | None = None
        self.on_pre_connect: Callable[..., Any] | None = None
        self.on_connect: Callable[..., Any] | None = None
        self.on_connect_fail: Callable[..., Any] | None = None
        self.on_subscribe: Callable[..., Any] | None = None
        self.on_disconnect: Callable[..., Any] | None = None
        self.on_message: Callable[..., Any] | None = None

    # Asked for by edge and hub

    def connect_async(self, host: str, port: int, keepalive: int = 60) -> None:
        pass

    def loop_start(self) -> None:
        if not self._running:
            self._running = True
            self._soon(0.001, self._attempt)

    def loop_stop(self) -> None:
        self._running = False

    def disconnect(self) -> None:
        self._running = False
        if self._session is not None:
            self._broker.leave(self._session)
            self._session = None

    def will_set(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        self._will = Published(topic, payload, retain)

    def reconnect_delay_set(self, min_delay: float = 1, max_delay: float = 120) -> None:
        self._delay_s = min_delay

    def max_inflight_messages_set(self, _count: int) -> None:
        pass

    max_queued_messages_set = max_inflight_messages_set

    def socket(self) -> None:
        return None

    def subscribe(self, topics: list[tuple[str, int]]) -> tuple[int, int]:
        self._number += 1
        filters = [topic for topic, _ in topics]
        if self._session is not None:
            self._soon(0.005, self._subscribed, self._session, filters, self._number)
        return 0, self._number

    def room(self) -> int:
        return _QUEUE_MAX - len(self.untaken)

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> Said:
        self._number += 1
        if len(self.untaken) < _QUEUE_MAX:
            self.untaken[self._number] = Published(topic, payload, retain)
            self._send(self._number)
        return Said(self, self._number)

    # What goes on by itself

    def _soon(self, after_s: float, callback: Callable[..., None], *args: Any) -> None:
        self._loop.call_later(after_s, callback, *args, context=self._context)

    def _attempt(self) -> None:
        if not self._running or self._session is not None:
            return
        _call(self.on_pre_connect, self, None)
        session = Session(self._id, self._line, self._context, self._hear, self._lost, self._will)
        if not self._broker.connect(session):
            self._fail()
            self._soon(self._delay_s, self._attempt)
            return
        self._session = session
        session.lost = partial(self._lost, session=session)
        self._soon(0.005, self._taken_in, session)

    def _fail(self) -> None:
        try:
            raise ConnectionRefusedError(111, "Connection refused")
        except ConnectionRefusedError:
            _call(self.on_connect_fail, self, None)

    def _taken_in(self, session: Session) -> None:
        if session is self._session and session.open:
            _call(self.on_connect, self, None, {}, Reason(), None)
            for number in list(self.untaken):
                self._send(number)

    def _subscribed(self, session: Session, filters: list[str], number: int) -> None:
        if session is self._session and session.open:
            self._broker.subscribe(session, filters)
            _call(self.on_subscribe, self, None, number, [Reason() for _ in filters], None)

    def _send(self, number: int) -> None:
        if self._session is not None and self._session.open:
            self._broker.publish(self._session, self.untaken[number], lambda: self.untaken.pop(number, None))

    def _hear(self, published: Published) -> None:
        _call(self.on_message, self, None, published)

    def _lost(self, why: str, session: Session) -> None:
        if session is not self._session:
            return
        self._session = None
        _call(self.on_disconnect, self, None, {}, Reason(why), None)
        if self._running:
            self._soon(self._delay_s, self._attempt)


def _call(callback: Callable[..., Any] | None, *args: Any) -> None:
    if callback is not None:
        callback(*args)
