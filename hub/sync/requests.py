"""What an edge may say to the hub: a topic and an unsealed payload become a request, or a reason why not. Pure."""

from dataclasses import dataclass
from typing import Final

from contract.messages import CheckIns, Confirm, MessageError, Presence, Pull, decode
from contract.orders import Answered, Reported, Telemetry
from contract.topics import (
    UP_ANSWERED,
    UP_CHECKINS,
    UP_CONFIRM,
    UP_PRESENCE,
    UP_PULL,
    UP_REPORTED,
    UP_TELEMETRY,
    Address,
    TopicError,
    parse,
)
from hub.checkins.journal_rows import Batch
from hub.sync.inbox import Incoming

Notice = Presence | Telemetry | Reported
"""What an edge says of itself: it asks for nothing, and carries `start` and `n`, which only rise."""

TAKEN: Final[dict[str, type[CheckIns | Confirm | Pull | Answered | Notice]]] = {
    UP_CHECKINS: CheckIns,
    UP_CONFIRM: Confirm,
    UP_PULL: Pull,
    UP_PRESENCE: Presence,
    UP_TELEMETRY: Telemetry,
    UP_REPORTED: Reported,
    UP_ANSWERED: Answered,
}
"""What is taken from edges, by the last part of its topic."""


class DroppedMessage(Exception):
    """A message that is passed over. `why` is a stable word for counters; the text quotes nothing."""

    def __init__(self, why: str, text: str, edge: str | None = None) -> None:
        super().__init__(text)
        self.why = why
        self.edge = edge


@dataclass(frozen=True, slots=True)
class PullRequest:
    edge: str
    pull: Pull


@dataclass(frozen=True, slots=True)
class ConfirmRequest:
    """`arrived_s`: by the monotonic clock."""

    edge: str
    confirm: Confirm
    arrived_s: float


@dataclass(frozen=True, slots=True)
class EdgeNotice:
    edge: str
    said: Notice


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    edge: str
    answered: Answered


Request = Batch | PullRequest | ConfirmRequest | EdgeNotice | CommandAnswer


def address_of(message: Incoming) -> Address:
    """Where a message came, or DroppedMessage where nothing is taken."""
    try:
        address = parse(message.topic)
    except TopicError as error:
        raise DroppedMessage("unknown_topic", str(error)) from error
    if address.direction != "up" or address.what not in TAKEN:
        raise DroppedMessage("unknown_topic", f"nothing is taken at {message.topic}", address.name)
    return address


def parse_request(address: Address, payload: bytes, arrived_s: float) -> Request:
    """The request in an unsealed payload, or DroppedMessage."""
    try:
        message = decode(payload, TAKEN[address.what])
    except MessageError as error:
        raise DroppedMessage("no_message", str(error), address.name) from error
    if isinstance(message, CheckIns):
        return Batch(address.name, message)
    if isinstance(message, Pull):
        return PullRequest(address.name, message)
    if isinstance(message, Confirm):
        return ConfirmRequest(address.name, message, arrived_s)
    if isinstance(message, Answered):
        return CommandAnswer(address.name, message)
    return EdgeNotice(address.name, message)
