"""The connection to the broker: paho in a thread of its own. All it does with a message is put it into the inbox.

Reconnects for ever, with jitter. Must not know the database: a callback that waited would miss keepalives.
"""

import random
import secrets
import socket
import ssl
import threading
import time
from typing import Any

import paho.mqtt.client as paho

from contract.topics import UP_CONFIRM, up
from hub.environment import BrokerAddress
from hub.sync.bounded_client import BoundedClient
from hub.sync.control import RESPONSE, Answers
from hub.sync.inbox import Inbox, Incoming
from hub.sync.log import Log
from hub.sync.outgoing import Outgoing
from hub.sync.requests import TAKEN

SUBSCRIPTIONS = [(up("+", what), 1) for what in TAKEN]
KEEPALIVE_S = 30
_INFLIGHT_MAX = 1_000
_QUEUED_MAX = 3_000
"""Messages that a slow broker has not taken yet; `room` says how many more may come. What comes beyond is lost,
and the log says so."""
_RETRY_S = (0.5, 15.0)
_STOP_S = 5.0
_QOS = 1


class HubLink:
    """`publish` and `connected` may be called from any thread.

    `tls`: how to meet the broker, None in the clear. `answers`: where answers of its plugin go, if it has one.
    """

    def __init__(
        self,
        address: BrokerAddress,
        inbox: Inbox,
        log: Log,
        tls: ssl.SSLContext | None = None,
        answers: Answers | None = None,
    ) -> None:
        self._host, self._port = address.host, address.port
        self._inbox = inbox
        self._log = log
        self._tls = tls
        self._answers = answers
        self._asked_for_answers: int | None = None
        self._stopping = threading.Event()
        self._subscribed = threading.Event()
        self._sessions = 0
        self._served = False
        self._answered = False
        self._in_session = False
        self._client = self._new_client()
        self._thread = threading.Thread(target=self._stay_connected, name="mqtt", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Sends what is under way, then leaves the broker."""
        self._stopping.set()
        self._client.disconnect()  # a connection that is being made now is left by its own thread
        self._thread.join(_STOP_S)

    def connected(self) -> int:
        """Which session this is, counted from 1; 0 while edges' messages do not come in."""
        return self._sessions if self._subscribed.is_set() else 0

    def room(self) -> int:
        """How many more messages are taken while the broker has not taken those before."""
        return self._client.room()

    def publish(self, message: Outgoing) -> None:
        """Sent if there is a session, and sent again in the next one should this one end before the broker has
        taken it. Without a session or room it is lost, and whoever waits for it asks again."""
        if self.connected():
            said = self._client.publish(message.topic, message.payload, _QOS, message.retained)
            if said.rc == paho.MQTT_ERR_QUEUE_SIZE:
                self._log.dropped("broker_slow", "the broker does not take in what is said")

    def _new_client(self) -> BoundedClient:
        client = BoundedClient(
            paho.CallbackAPIVersion.VERSION2,
            client_id=f"doorward-hub-{secrets.token_hex(6)}",
            clean_session=True,
            reconnect_on_failure=False,
        )
        if self._tls is not None:
            client.tls_set_context(self._tls)
        client.max_inflight_messages_set(_INFLIGHT_MAX)
        client.max_queued_messages_set(_QUEUED_MAX)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_socket_open = _send_at_once
        return client

    def _stay_connected(self) -> None:
        shortest, longest = _RETRY_S
        pause_s = shortest
        while not self._stopping.is_set():
            try:
                self._connect_and_serve()
            except Exception as error:  # noqa: BLE001 - the supervisor of MQTT's thread
                self._log.event("mqtt_failed", error=type(error).__name__)
            if self._served:
                pause_s = shortest
            self._served = self._answered = self._in_session = False
            self._subscribed.clear()
            self._stopping.wait(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            pause_s = min(longest, pause_s * 2)

    def _connect_and_serve(self) -> None:
        """Until the session has ended, or there was none."""
        try:
            self._client.connect(self._host, self._port, KEEPALIVE_S)
        except OSError as error:
            # What TLS finds wrong says what to mend: which name, whose certificate.
            self._tell_no_broker(*_why(error, self._tls is not None), error=type(error).__name__)
            return
        if self._stopping.is_set():
            self._client.disconnect()
        self._client.serve()
        if not (self._answered or self._stopping.is_set()):
            self._tell_no_broker("it closed the connection before it answered", _hint_at(self._tls is not None))

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._answered = True
        if reason.is_failure:
            self._log.event("broker_refused", reason=str(reason))
            return
        self._in_session = True
        if self._answers is not None:
            self._asked_for_answers = client.subscribe(RESPONSE, _QOS)[1]
        client.subscribe(SUBSCRIPTIONS)

    def _on_subscribe(
        self, client: paho.Client, _data: Any, message: int, reasons: list[Any], _properties: Any
    ) -> None:
        if self._answers is not None and message == self._asked_for_answers:
            self._begin_answers(self._answers, reasons)
            return
        if any(reason.is_failure for reason in reasons):
            self._log.event("broker_refused", reason="it allows no subscription to what edges send")
            client.disconnect()
            return
        self._sessions += 1
        self._subscribed.set()
        self._served = True
        event = "connected" if self._sessions > 1 else "worker_ready"
        self._log.event(event, host=self._host, port=self._port)

    def _begin_answers(self, answers: Answers, reasons: list[Any]) -> None:
        if any(reason.is_failure for reason in reasons):
            self._log.event("broker_refused", reason="it lets the hub say nothing about who may do what")
        else:
            answers.session_begun()

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._subscribed.clear()
        # paho says it again of a connection that it gives up.
        if self._in_session:
            self._in_session = False
            self._log.event("disconnected", reason=str(reason))

    def _tell_no_broker(self, why: str, hint: str, **more: str) -> None:
        self._log.event("no_broker", host=self._host, port=self._port, why=why, hint=hint, **more)

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        if message.topic == RESPONSE:
            if self._answers is not None:
                self._answers.put(message.payload)
            return
        if not message.payload:
            return  # what the broker kept of an edge was deleted, by this hub or by the edge
        urgent = message.topic.endswith(f"/{UP_CONFIRM}")
        if not self._inbox.put(Incoming(message.topic, message.payload, time.monotonic()), urgent):
            self._log.dropped("inbox_full", "more comes in than is handled; edges send it again")


def _why(error: OSError, tls: bool) -> tuple[str, str]:
    """Of an attempt that failed: in words, and a hint at what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message, "the broker's certificate should be by this hub's authority: broker_setup"
    if isinstance(error, ssl.SSLError | ConnectionResetError | EOFError):
        return error.strerror or str(error), _hint_at(tls)
    words = error.strerror or str(error) or type(error).__name__
    number = f" (errno {error.errno})" if error.errno else ""
    return f"{words}{number}", "does the broker run, and is DOORWARD_BROKER its address?"


def _hint_at(tls: bool) -> str:
    """Where something listens that does not speak as it is spoken to."""
    if tls:
        return "does this port speak TLS? mqtts:// is for one that does, mqtt:// for one in the clear"
    return "does this port speak TLS? Then DOORWARD_BROKER is to begin with mqtts://"


def _send_at_once(_client: paho.Client, _data: Any, connection: Any) -> None:
    # An ack is smaller than a segment; Nagle's algorithm would hold it until the one before it is acknowledged.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
