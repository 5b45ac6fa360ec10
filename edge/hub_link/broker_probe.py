"""The way to the broker, tried step by step by somebody beside the edge: its name, its port, TLS, a session, and
whether what the hub keeps there is sealed by this edge's hub.

A session has a client id of its own, keeps nothing at the broker and says nothing on any topic. Blocking; each
step is bounded in time, but for the resolver's own patience.
"""

import queue
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import paho.mqtt.client as paho
from cryptography import x509
from paho.mqtt.enums import CallbackAPIVersion

from contract.messages import MessageError
from contract.seal import SealError
from edge.hub_link.bounded_client import BoundedClient
from edge.hub_link.connection import BrokerAddress
from edge.hub_link.link_time import Known
from edge.hub_link.tls import CertificateFault, TlsFiles, client_context, hint_at, hint_at_refusal, words_of

STEP_S: Final = 5.0
RETAINED_S: Final = 2.0
"""What the broker keeps comes right behind the confirmation of the subscription."""
_REFUSED_S: Final = 0.5
"""TLS 1.3 tells a client that its certificate is not taken only after the handshake."""
_NO_CLIENT: Final = "what listens there speaks no MQTT, or does not let this edge in"


class Step(StrEnum):
    NAME = "name"
    PORT = "port"
    TLS = "tls"
    SESSION = "session"
    RIGHTS = "rights"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Tried:
    """`why` None: the step was gone; `told` is what was seen; `ends_at`: when the broker's certificate ends;
    `said_at`: when the hub said what the broker keeps."""

    step: Step
    why: str | None = None
    hint: str | None = None
    told: str = ""
    ends_at: datetime | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a session asks: its client id, the topics to hear, and which of them the broker keeps something on.
    `read` tells what a message (topic, payload) says and when it was said, or raises SealError or MessageError."""

    client_id: str
    topics: Sequence[str]
    kept: str
    read: Callable[[str, bytes], tuple[str, datetime]]


def probe(address: BrokerAddress, known: Known, visit: Visit | None) -> Iterator[Tried]:
    """The steps up to the first that fails; `visit` None: no session is begun."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        yield Tried(Step.NAME, f"{address.host}: {words_of(error)}")
        return
    addresses = dict.fromkeys(str(each[4][0]) for each in found)
    yield Tried(Step.NAME, told=f"{address.host} is {', '.join(addresses)}")
    try:
        connection = socket.create_connection((address.host, address.port), STEP_S)
    except OSError as error:
        yield Tried(Step.PORT, f"{address.host}, port {address.port}: {words_of(error)}")
        return
    yield Tried(Step.PORT, told=f"port {address.port} is open")
    with connection:
        if address.tls is not None:
            secured = _shake_hands(connection, address.host, address.tls, known)
            yield secured
            if secured.why is not None:
                return
    if visit is not None:
        yield from _Session(address, known).steps(visit)


def _shake_hands(connection: socket.socket, host: str, files: TlsFiles, known: Known) -> Tried:
    try:
        context = client_context(files, lambda: known)
    except OSError as error:
        return Tried(Step.TLS, f"a file of this edge's certificate: {words_of(error)}", hint_at_refusal())
    try:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            shown = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
            _wait_for_refusal(secured)
            told = f"{secured.version()}, each has taken the other's certificate"
            return Tried(Step.TLS, told=told, ends_at=shown.not_valid_after_utc)
    except (OSError, ValueError) as error:
        hint = hint_at(error) if isinstance(error, ssl.SSLError | CertificateFault) else None
        return Tried(Step.TLS, words_of(error), hint)


def _wait_for_refusal(secured: ssl.SSLSocket) -> None:
    """OSError: the broker hangs up before it was asked anything."""
    secured.settimeout(_REFUSED_S)
    try:
        said = secured.recv(1)
    except TimeoutError:
        return
    if not said:
        raise ssl.SSLError(ssl.SSL_ERROR_EOF, "the broker closed the connection after the handshake")


class _Session:
    """paho in a thread of its own; what it tells is taken from a queue, in order."""

    def __init__(self, address: BrokerAddress, known: Known) -> None:
        self._address = address
        self._known = known
        self._told: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._messages: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()

    def steps(self, visit: Visit) -> Iterator[Tried]:
        client = self._client(visit)
        try:
            client.connect(self._address.host, self._address.port)
        except OSError as error:
            yield Tried(Step.SESSION, words_of(error), hint_at(error))
            return
        client.loop_start()
        try:
            yield from self._visited(client, visit)
        finally:
            client.disconnect()
            client.loop_stop()

    def _visited(self, client: BoundedClient, visit: Visit) -> Iterator[Tried]:
        reason = self._next("connected", STEP_S)
        if reason is None or reason.is_failure:
            why = _NO_CLIENT if reason is None else f"the broker refuses this edge: {reason}"
            yield Tried(Step.SESSION, why, self._hint())
            return
        yield Tried(Step.SESSION, told="it lets this edge in")
        client.subscribe([(topic, 1) for topic in visit.topics])
        reasons = self._next("subscribed", STEP_S)
        refused = [t for t, each in zip(visit.topics, reasons or (), strict=False) if each.is_failure]
        if reasons is None or refused:
            why = f"it may not hear {', '.join(refused)}" if refused else "the broker does not answer"
            yield Tried(Step.RIGHTS, why)
            return
        yield Tried(Step.RIGHTS, told="it may hear all that is meant for it")
        yield self._kept(visit)

    def _kept(self, visit: Visit) -> Tried:
        try:
            message = self._messages.get(timeout=RETAINED_S)
            told, said_at = visit.read(*message)
            return Tried(Step.KEPT, told=told, said_at=said_at)
        except queue.Empty:
            return Tried(Step.KEPT, f"the broker keeps nothing on {visit.kept}")
        except (SealError, MessageError) as error:
            return Tried(Step.KEPT, f"what the broker keeps on {visit.kept} does not count: {error}")

    def _client(self, visit: Visit) -> BoundedClient:
        client = BoundedClient(
            CallbackAPIVersion.VERSION2,
            client_id=visit.client_id,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = STEP_S
        if self._address.tls is not None:
            client.tls_set_context(client_context(self._address.tls, lambda: self._known))
        client.on_connect = lambda *told: self._told.put(("connected", told[3]))
        client.on_subscribe = lambda *told: self._told.put(("subscribed", told[3]))
        # The broker sends more that it keeps, and may do so before it confirms.
        client.on_message = lambda _, __, message: (
            self._messages.put((message.topic, bytes(message.payload))) if message.topic == visit.kept else None
        )
        client.on_disconnect = lambda *_: self._told.put(("ended", None))
        client.on_failure = lambda _: self._told.put(("ended", None))
        return client

    def _next(self, what: str, within_s: float) -> Any:
        """What comes of it; None: nothing in time, or the connection ended."""
        try:
            told, value = self._told.get(timeout=within_s)
        except queue.Empty:
            return None
        return value if told == what else None

    def _hint(self) -> str | None:
        return None if self._address.tls is None else hint_at_refusal()
