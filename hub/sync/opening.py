"""From what the broker brought to what edges asked: nothing is parsed before its seal is the edge's in its topic.

Who an edge is, is read anew for each turn, so that enrolment and revocation hold at once. Whatever does not count
is dropped and changes nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from contract.keys import Trusted, VerifyingKey
from contract.seal import SealError, unseal
from contract.topics import Address
from hub.checkins.queries import KnownEdge, edges_by_name
from hub.sync.inbox import Incoming
from hub.sync.log import Log
from hub.sync.requests import DroppedMessage, Request, address_of, parse_request


class Opened(NamedTuple):
    request: Request
    edge: KnownEdge


class _Addressed(NamedTuple):
    address: Address
    message: Incoming


class Opening:
    def __init__(self, log: Log) -> None:
        self._log = log

    def open(self, messages: Sequence[Incoming], at: datetime) -> list[Opened]:
        """Those that count, in the order in which they came. django.db.Error: the database is gone."""
        addressed = list(self._addressed(messages))
        edges = edges_by_name({each.address.name for each in addressed})
        opened = []
        for address, message in addressed:
            try:
                edge, trusted = _sender(edges.get(address.name))
                payload = unseal(message.payload, trusted, message.topic, at)
                opened.append(Opened(parse_request(address, payload, message.arrived_s), edge))
            except (DroppedMessage, SealError) as error:
                self._log.dropped(error.why, str(error), address.name)
        return opened

    def _addressed(self, messages: Sequence[Incoming]) -> Iterator[_Addressed]:
        for message in messages:
            try:
                yield _Addressed(address_of(message), message)
            except DroppedMessage as dropped:
                self._log.dropped(dropped.why, str(dropped), dropped.edge)


def _sender(edge: KnownEdge | None) -> tuple[KnownEdge, Trusted]:
    if edge is None:
        raise DroppedMessage("unknown_edge", "no edge of this hub has this name")
    if edge.signing_key is None:
        raise DroppedMessage("not_enrolled", "the edge was never enrolled at this hub")
    if edge.revoked:
        raise DroppedMessage("revoked", "the edge was revoked: what it says counts again once it is enrolled anew")
    return edge, _trusted(edge.signing_key)


@lru_cache(maxsize=10_000)
def _trusted(signing_key: bytes) -> Trusted:
    # Making a key of its bytes takes longer than a seal's check.
    return Trusted(VerifyingKey(signing_key))
