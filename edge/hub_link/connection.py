"""The connection to the broker: paho in a thread of its own; what comes in is read there, for the event loop.

Implements transport.Transport; carries bytes and knows no message. It reconnects for ever; where no broker is,
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
from paho.mqtt.enums import CallbackAPIVersion

from contract.seal import SealWhy
from edge.core.sync_events import Connected, Dropped
from edge.hub_link.bounded_client import BoundedClient
from edge.hub_link.link_time import LinkTime
from edge.hub_link.mail import Mail
from edge.hub_link.pace import Pace
from edge.hub_link.tls import TlsFiles, client_context, hint_at, hint_at_refusal, words_of
from edge.hub_link.transport import Heard, NoBroker, SessionLost
from edge.ports import Clock

_QOS: Final = 1
_KEEPALIVE_S: Final = 20
"""A broker that vanished without a word is missed after one and a half of these; what was sent meanwhile is sent
again."""
_LAST_WORD_S: Final = 5.0
"""How long the broker is given to take in what the edge says as it leaves. Seen on a machine with much to do: 2 s
were too few, and the will had to say it, with less in it."""
_KEYS_EVERY_S: Final = 60.0
"""How often what the broker keeps of keys is asked for once more."""
_WORDS: Final = {"Unspecified error": "the broker closed the connection"}
"""paho's words where they say too little."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`tls` None: in the clear."""

    host: str
    port: int
    tls: TlsFiles | None = None


class Connection:
    """`hear` is called on the event loop, in the order in which the broker said things."""

    def __init__(  # noqa: PLR0913, PLR0917 (made once a link)
        self,
        edge: str,
        address: BrokerAddress,
        mail: Mail,
        hear: Callable[[Heard], None],
        time: LinkTime,
        clock: Clock,
    ) -> None:
        self._address = address
        self._mail = mail
        self._hear = hear
        self._time = time
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._pace = Pace(random.uniform)
        self._taken_in = False
        self._deaf = False
        self._started = False
        self._asked_for_keys: int | None = None
        self._keys_again_at_s = 0.0
        self._client = BoundedClient(
            CallbackAPIVersion.VERSION2, client_id=f"doorward-edge-{edge}", protocol=paho.MQTTv311
        )
        self._client.on_socket_open = _without_delay
        self._client.on_pre_connect = self._on_pre_connect
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_failure = self._on_failure

    def start(self) -> None:
        """Certificate files that cannot be used are told, and nothing is connected to: the doors go on."""
        files = self._address.tls
        if files is not None:
            try:
                self._client.tls_set_context(client_context(files, lambda: self._time.known))
            except OSError as error:
                self._post(NoBroker(f"a file of this edge's certificate: {words_of(error)}", hint_at_refusal()))
                return
        self._choose_delay()
        self._client.connect_async(self._address.host, self._address.port, keepalive=_KEEPALIVE_S)
        self._started = True
        with contextlib.suppress(RuntimeError):  # `keep_running` tries again, and tells it
            self._client.loop_start()

    def keep_running(self) -> None:
        """Start paho's thread again, should it have ended: what a broker sends can break paho.

        RuntimeError: there is no thread to be had now.
        """
        if self._started:
            self._client.loop_start()

    def publish(self, topic: str, payload: bytes, retain: bool) -> None:
        self._client.publish(topic, payload, qos=_QOS, retain=retain)

    async def say_last(self, topic: str, payload: bytes) -> None:
        """A broker that does not take it in is left without leave, so that it says the will itself."""
        said = self._client.publish(topic, payload, qos=_QOS, retain=True)
        if await asyncio.to_thread(_is_taken_in, said):
            return
        _break_off(self._client)

    async def stop(self) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        # paho closes the sockets within it when nothing refers to it any more, as its callbacks here do.
        client = self._client
        client.on_pre_connect = client.on_connect = client.on_connect_fail = client.on_subscribe = None
        client.on_disconnect = client.on_message = client.on_failure = None
        del self._client

    # In paho's thread

    def _on_pre_connect(self, client: paho.Client, _: Any) -> None:
        will = self._mail.will()
        if will is not None:
            topic, payload = will
            client.will_set(topic, payload, qos=_QOS, retain=True)

    def _on_connect(self, client: paho.Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            self._post(NoBroker(f"the broker refuses this edge: {reason}", self._hint_at_refusal()))
            return
        self._taken_in = True
        self._asked_for_keys = None  # requests' numbers come again
        self._pace.begun(self._clock.monotonic_s())
        client.subscribe([(topic, _QOS) for topic in self._mail.topics])

    def _on_subscribe(self, client: paho.Client, __: Any, number: int, reasons: list[Any], ____: Any) -> None:
        if number == self._asked_for_keys:
            return
        refused = [each for each in zip(self._mail.topics, reasons, strict=False) if each[1].is_failure]
        for topic, reason in refused:
            self._post(Dropped("subscription", f"the broker refuses {topic}: {reason}"))
        if not refused:
            self._post(Connected())
            return
        # Its rights may only be on their way. A session in which it hears less than all would never ask for them.
        self._deaf, self._taken_in = True, False
        _break_off(client)

    def _on_connect_fail(self, *_: Any) -> None:
        self._choose_delay()
        error = sys.exception()  # paho calls this while it handles the error, and tells it in no other way
        self._post(NoBroker(words_of(error), hint_at(error)))

    def _on_disconnect(self, _: Any, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        self._end(_WORDS.get(str(reason), str(reason)))

    def _on_failure(self, error: Exception) -> None:
        self._end(f"what the broker sends cannot be handled ({type(error).__name__})")

    def _end(self, why: str) -> None:
        if self._taken_in:
            self._taken_in = False
            self._pace.ended(self._clock.monotonic_s())
            self._post(SessionLost(why, self._pace.is_crowded))
        elif self._deaf:
            self._deaf = False
            self._post(NoBroker("the broker refuses what this edge has to hear", self._hint_at_refusal()))
        else:
            self._post(NoBroker(f"what listens there does not let this edge in: {why}", self._hint_at_refusal()))
        self._choose_delay()

    def _on_message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        for heard in self._mail.read(message.topic, bytes(message.payload)):
            self._post(heard)
            if isinstance(heard, Dropped) and heard.why == SealWhy.UNKNOWN_KEY:
                self._ask_for_keys()

    def _ask_for_keys(self) -> None:
        """A broker throws away what a full queue does not take, the next key too: without it, nothing that is said
        from then on counts here. What is retained comes again with each subscription."""
        at_s = self._clock.monotonic_s()
        if at_s >= self._keys_again_at_s:
            self._keys_again_at_s = at_s + _KEYS_EVERY_S
            self._asked_for_keys = self._client.subscribe([(self._mail.topics[0], _QOS)])[1]

    def _hint_at_refusal(self) -> str | None:
        return None if self._address.tls is None else hint_at_refusal()

    def _post(self, heard: Heard) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody is left to hear
            self._loop.call_soon_threadsafe(self._hear, heard)

    def _choose_delay(self) -> None:
        """paho waits this long before it connects the next time; seconds, chosen anew each time."""
        wait_s = self._pace.next_wait_s()
        self._client.reconnect_delay_set(wait_s, wait_s)  # type: ignore[arg-type]  # fractions are as good


def _break_off(client: paho.Client) -> None:
    """Without leave, so that the broker says the will, and paho connects again if it is to."""
    open_socket: Any = client.socket()
    if open_socket is not None:
        with contextlib.suppress(OSError):
            open_socket.shutdown(socket.SHUT_RDWR)


def _is_taken_in(said: paho.MQTTMessageInfo) -> bool:
    with contextlib.suppress(RuntimeError, ValueError):  # the connection is gone, or the queue is full
        said.wait_for_publish(_LAST_WORD_S)
        return said.is_published()
    return False


def _without_delay(_: Any, __: Any, connection: Any) -> None:
    # Nagle's algorithm would hold a short message back until the one before it is acknowledged.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
