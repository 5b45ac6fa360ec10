"""The connection to the broker: paho in a thread of its own, messages decoded there and handed to the event loop.

Knows topics and types of messages, and nothing of what they are for. It reconnects for ever; where no broker is,
nothing else is held up.
"""

import asyncio
import contextlib
import random
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import paho.mqtt.client as paho
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion

from contract.errors import ContractError
from contract.messages import Ack, Confirmed, Head, Live, Page, Presence, decode, encode
from contract.topics import DOWN_ACK, DOWN_CONFIRMED, DOWN_PAGE, FEED_HEAD, FEED_LIVE, down, feed
from edge.core.feed_order import is_in_order
from edge.core.sync_events import Connected, Dropped
from edge.hub_link.pace import Pace
from edge.ports import Clock


@dataclass(frozen=True, slots=True)
class NoBroker:
    """An attempt to connect failed; `why` in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A session is over; `crowded` as in pace.py."""

    why: str
    crowded: bool


Heard = NoBroker | Lost | Connected | Dropped | Ack | Confirmed | Head | Live | Page

_QOS: Final = 1
_KEEPALIVE_S: Final = 20
"""A broker that vanished without a word is missed after one and a half of these; what was sent meanwhile is sent
again."""
_LAST_WORD_S: Final = 2.0
"""How long the broker is given to take in what the edge says as it leaves."""
_WORDS: Final = {"Unspecified error": "the broker closed the connection"}
"""paho's words where they say too little."""


class Connection:
    """`hear` is called on the event loop, in the order in which the broker said things."""

    def __init__(self, edge: str, feed_name: str, hear: Callable[[Heard], None], clock: Clock) -> None:
        self._hear = hear
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._types: dict[str, type[Ack | Page | Confirmed | Head | Live]] = {
            down(edge, DOWN_ACK): Ack,
            down(edge, DOWN_PAGE): Page,
            down(edge, DOWN_CONFIRMED): Confirmed,
            feed(feed_name, FEED_HEAD): Head,
            feed(feed_name, FEED_LIVE): Live,
        }
        self._pace = Pace(random.uniform)
        self._taken_in = False
        self._will: tuple[str, bytes] | None = None
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"doorward-edge-{edge}", protocol=paho.MQTTv311
        )
        self._client.on_socket_open = _without_delay
        self._client.on_pre_connect = self._on_pre_connect
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def start(self, host: str, port: int) -> None:
        """Begin to connect, and go on for ever; returns at once."""
        self._choose_delay()
        self._client.connect_async(host, port, keepalive=_KEEPALIVE_S)
        self._client.loop_start()

    def keep_running(self) -> None:
        """Start paho's thread again, should it have ended: what a broker sends can break paho."""
        self._client.loop_start()

    def publish(self, topic: str, message: Struct, retain: bool = False) -> None:
        """Send a message as soon as the connection allows. What it loses is the caller's to repeat."""
        self._client.publish(topic, encode(message), qos=_QOS, retain=retain)

    def will(self, topic: str, will: Presence) -> None:
        """What the broker says, retained, should the next connection end without a word."""
        self._will = (topic, encode(will))

    async def say_last(self, topic: str, word: Presence) -> None:
        """Before `stop`: retained, in place of the will. A broker that does not take it in is left without leave,
        so that it says the will itself."""
        said = self._client.publish(topic, encode(word), qos=_QOS, retain=True)
        if await asyncio.to_thread(_is_taken_in, said):
            return
        open_socket: Any = self._client.socket()
        if open_socket is not None:
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    async def stop(self) -> None:
        """Leave the broker, for good."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        # paho closes the sockets within it when nothing refers to it any more, as its callbacks here do.
        client = self._client
        client.on_pre_connect = client.on_connect = client.on_connect_fail = client.on_subscribe = None
        client.on_disconnect = client.on_message = None
        del self._client

    # In paho's thread

    def _on_pre_connect(self, client: paho.Client, _: Any) -> None:
        if self._will is not None:
            topic, will = self._will
            client.will_set(topic, will, qos=_QOS, retain=True)

    def _on_connect(self, client: paho.Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            self._post(NoBroker(f"the broker refuses this edge: {reason}"))
            return
        self._taken_in = True
        self._pace.begun(self._clock.monotonic_s())
        client.subscribe([(topic, _QOS) for topic in self._types])

    def _on_subscribe(self, _: Any, __: Any, ___: Any, reasons: list[Any], ____: Any) -> None:
        for topic, reason in zip(self._types, reasons, strict=False):
            if reason.is_failure:
                self._post(Dropped("subscription", f"the broker refuses {topic}: {reason}"))
        self._post(Connected())

    def _on_connect_fail(self, *_: Any) -> None:
        self._choose_delay()
        error = sys.exception()  # paho calls this while it handles the error, and tells it in no other way
        self._post(NoBroker(getattr(error, "strerror", None) or str(error)))

    def _on_disconnect(self, _: Any, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        why = _WORDS.get(str(reason), str(reason))
        if self._taken_in:
            self._taken_in = False
            self._pace.ended(self._clock.monotonic_s())
            self._post(Lost(why, self._pace.is_crowded))
        else:
            self._post(NoBroker(f"what listens there does not let this edge in: {why}"))
        self._choose_delay()

    def _on_message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        message_type = self._types.get(message.topic)
        if message_type is None:
            self._post(Dropped("message", "on a topic that was not asked for"))
            return
        what = message_type.__name__.lower()
        try:
            news = decode(bytes(message.payload), message_type)
        except ContractError as error:
            self._post(Dropped(what, str(error)))
            return
        if isinstance(news, Live | Page) and not is_in_order(news):
            self._post(Dropped(what, "its rows are out of order"))
            return
        self._post(news)

    def _post(self, heard: Heard) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody is left to hear
            self._loop.call_soon_threadsafe(self._hear, heard)

    def _choose_delay(self) -> None:
        """paho waits this long before it connects the next time; seconds, chosen anew each time."""
        wait_s = self._pace.next_wait_s()
        self._client.reconnect_delay_set(wait_s, wait_s)  # type: ignore[arg-type]  # fractions are as good


def _is_taken_in(said: paho.MQTTMessageInfo) -> bool:
    with contextlib.suppress(RuntimeError, ValueError):  # the connection is gone, or the queue is full
        said.wait_for_publish(_LAST_WORD_S)
        return said.is_published()
    return False


def _without_delay(_: Any, __: Any, connection: Any) -> None:
    # Nagle's algorithm would hold a short message back until the one before it is acknowledged.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
