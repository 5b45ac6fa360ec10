"""The topics of the wire: who says what to whom, under one versioned prefix."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from contract.errors import ContractError

PREFIX: Final = "dw/1"
NAME_PATTERN: Final = r"[a-z0-9][a-z0-9-]{0,31}"
"""Names of edges, readers, feeds and permissions: what a topic, a table and a person can all carry."""
Slug = Annotated[str, Meta(pattern=rf"^{NAME_PATTERN}\Z")]

_NAME: Final = re.compile(NAME_PATTERN)

UP_CHECKINS: Final = "checkins"
UP_PULL: Final = "pull"
UP_CONFIRM: Final = "confirm"
UP_PRESENCE: Final = "presence"
UP_REPORTED: Final = "reported"
UP_ANSWERED: Final = "answered"
UP_TELEMETRY: Final = "telemetry"
UP: Final = (UP_CHECKINS, UP_PULL, UP_CONFIRM, UP_PRESENCE, UP_REPORTED, UP_ANSWERED, UP_TELEMETRY)
"""All that an edge says."""
DOWN_ACK: Final = "ack"
DOWN_PAGE: Final = "page"
DOWN_CONFIRMED: Final = "confirmed"
DOWN_CONFIG: Final = "config"
DOWN_MODE: Final = "mode"
DOWN_COMMAND: Final = "command"
FEED_HEAD: Final = "head"
FEED_LIVE: Final = "live"


class TopicError(ContractError):
    """A topic or a name that is none of Doorward's."""


@dataclass(frozen=True, slots=True)
class Address:
    """A topic taken apart: direction `up`, `down` or `feed`, the edge's or feed's name, and what it carries."""

    direction: str
    name: str
    what: str


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def up(edge: str, what: str) -> str:
    """Edge to hub. `edge` may be `+` in a subscription."""
    return f"{PREFIX}/up/{edge}/{what}"


def down(edge: str, what: str) -> str:
    """Hub to one edge."""
    return f"{PREFIX}/down/{edge}/{what}"


def feed(name: str, what: str) -> str:
    """Hub to all edges that follow a feed."""
    return f"{PREFIX}/feed/{name}/{what}"


def key(generation: int | str) -> str:
    """Hub to all edges: its key of this generation, sealed by the one before. `+` in a subscription."""
    return f"{PREFIX}/keys/{generation}"


def parse(topic: str) -> Address:
    """The address in a topic that came in, or TopicError."""
    parts = topic.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != PREFIX or parts[2] not in ("up", "down", "feed"):
        raise TopicError(f"{topic!r} is no topic under {PREFIX}")
    if not is_name(parts[3]):
        raise TopicError(f"{parts[3]!r} is no name: it should match {NAME_PATTERN}")
    return Address(parts[2], parts[3], parts[4])
