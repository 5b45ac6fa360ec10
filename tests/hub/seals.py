"""What edges say, sealed as the hub's worker takes it, and what the hub says, its seal taken off."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from contract.keys import SigningKey
from contract.seal import unseal_by
from contract.topics import up
from hub.fleet.models import Edge
from hub.sync.inbox import Incoming
from hub.sync.outgoing import Outgoing
from tests.enrolled import EDGE_KEY, HUB_KEY, sealed

PUBLIC: Final = EDGE_KEY.verifying.public
"""Of every edge that a test does not give a key of its own."""


def said(
    what: str, message: Struct | bytes, edge: str = "clubhouse", key: SigningKey = EDGE_KEY, arrived_s: float = 0.0
) -> Incoming:
    topic = up(edge, what)
    return Incoming(topic, sealed(topic, message, key), arrived_s)


def opened(message: Outgoing, key: SigningKey = HUB_KEY) -> Outgoing:
    """As it was before the hub sealed it for its topic; SealError if it did not. A deletion has no seal."""
    if not message.payload:
        return message
    return Outgoing(message.topic, unseal_by(message.payload, key.verifying, message.topic), message.retained)


def enrolled(edge: Edge, key: SigningKey = EDGE_KEY, revoked_at: datetime | None = None) -> Edge:
    edge.signing_key, edge.revoked_at, edge.enrolments = key.verifying.public, revoked_at, edge.enrolments + 1
    edge.save()
    return edge
