"""What an edge may ask of the hub: a topic and a payload become a request, or a reason why not. Pure."""

from dataclasses import dataclass

from contract.messages import CheckIns, Confirm, MessageError, Presence, Pull, decode
from contract.topics import UP_CHECKINS, UP_CONFIRM, UP_PRESENCE, UP_PULL, TopicError, parse
from hub.checkins.journal_rows import Batch
from hub.sync.inbox import Incoming


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
class PresenceNotice:
    """Asks for nothing: an edge says how it is."""

    edge: str
    presence: Presence


Request = Batch | PullRequest | ConfirmRequest | PresenceNotice


def parse_request(message: Incoming) -> Request:
    """The request in a message, or DroppedMessage."""
    try:
        address = parse(message.topic)
    except TopicError as error:
        raise DroppedMessage("unknown_topic", str(error)) from error
    if address.direction != "up" or address.what not in (UP_CHECKINS, UP_CONFIRM, UP_PRESENCE, UP_PULL):
        raise DroppedMessage("unknown_topic", f"nothing is taken at {message.topic}", address.name)
    try:
        if address.what == UP_PULL:
            return PullRequest(address.name, decode(message.payload, Pull))
        if address.what == UP_CONFIRM:
            return ConfirmRequest(address.name, decode(message.payload, Confirm), message.arrived_s)
        if address.what == UP_PRESENCE:
            return PresenceNotice(address.name, decode(message.payload, Presence))
        return Batch(address.name, decode(message.payload, CheckIns))
    except MessageError as error:
        raise DroppedMessage("no_message", str(error), address.name) from error
