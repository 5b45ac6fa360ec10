"""Bytes to messages and back: what goes out is sealed for its topic, what comes in is unsealed, read and checked.

`read` and `will` run in the connection's thread, all else on the event loop. Knows which message is said where,
and nothing of what it is for; a message that does not count becomes a Dropped that says why.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from contract.errors import ContractError
from contract.messages import Ack, Confirmed, Head, Live, Page, Presence, decode, encode
from contract.orders import Command, Desired, Modes
from contract.seal import SealError
from contract.topics import (
    DOWN_ACK,
    DOWN_COMMAND,
    DOWN_CONFIG,
    DOWN_CONFIRMED,
    DOWN_MODE,
    DOWN_PAGE,
    FEED_HEAD,
    FEED_LIVE,
    UP_PRESENCE,
    down,
    feed,
    key,
    up,
)
from contract.trust import ClockState
from edge.core.feed_order import is_in_order
from edge.core.said import Said
from edge.core.sync_events import CLEARED, Dropped
from edge.hub_link.link_time import Known, LinkTime
from edge.hub_link.seals import Seals
from edge.hub_link.transport import Heard, HubKey, HubKeyNotKept, News

_KEYS: Final = key("+")
_KEYS_BEFORE: Final = key("")
_TAKEN_BACK: Final = (Modes, Desired)
"""What the broker keeps for an edge until the hub deletes it there, which everybody hears as an empty message."""


def topics_of(edge: str, feed_name: str) -> tuple[str, ...]:
    """All that an edge which follows a feed has to hear."""
    return (_KEYS, *_types(edge, feed_name))


def _types(edge: str, feed_name: str) -> dict[str, type[News]]:
    return {
        down(edge, DOWN_MODE): Modes,
        down(edge, DOWN_CONFIG): Desired,
        down(edge, DOWN_COMMAND): Command,
        down(edge, DOWN_ACK): Ack,
        down(edge, DOWN_PAGE): Page,
        down(edge, DOWN_CONFIRMED): Confirmed,
        feed(feed_name, FEED_HEAD): Head,
        feed(feed_name, FEED_LIVE): Live,
    }


class Mail:
    """Of one edge that follows one feed."""

    def __init__(self, edge: str, feed_name: str, seals: Seals, said: Said, time: LinkTime) -> None:
        self._edge = edge
        self._seals = seals
        self._said = said
        self._time = time
        self._types = _types(edge, feed_name)
        self.topics: Final = topics_of(edge, feed_name)
        """To be subscribed to, in this order: what a new key sealed follows the key."""
        self._will: Presence | None = None
        self._answers_before = 0

    def address(self, what: str) -> str:
        """The topic on which the edge says `what`."""
        return up(self._edge, what)

    def sealed(self, topic: str, message: Struct) -> bytes:
        return self._seals.sealed(topic, encode(message))

    def will_be(self, presence: Presence) -> None:
        """What the broker is to say, retained, should the next connection end without a word; its `n` is ours."""
        self._will = presence

    def will(self) -> tuple[str, bytes] | None:
        """A connection is tried now: the topic and the payload of its will."""
        n, will = self._said.try_connection(), self._will
        if will is None:
            return None
        topic = self.address(UP_PRESENCE)
        return topic, self.sealed(topic, replace(will, n=n))

    def read(self, topic: str, payload: bytes) -> list[Heard]:
        """What a message says; of any bytes whatever."""
        known = self._time.known
        if topic.startswith(_KEYS_BEFORE):
            return self._read_key(topic, payload, known)
        heard: list[Heard] = []
        try:
            self._seals.lapse(known.at)
        except OSError as error:
            heard.append(_not_kept(error))
        return [*heard, self._read_news(topic, payload, known)]

    def _read_news(self, topic: str, payload: bytes, known: Known) -> Heard:
        message_type = self._types.get(topic)
        if message_type is None:
            return Dropped("message", "on a topic that was not asked for")
        what = message_type.__name__.lower()
        if not payload and message_type in _TAKEN_BACK:
            return Dropped(what, "the hub has taken it back", CLEARED)
        try:
            plain, is_current = self._seals.opened(topic, payload, self._old_at(known))
            news: News = decode(plain, message_type)
        except SealError as error:
            return Dropped(what, str(error), error.why)
        except ContractError as error:
            return Dropped(what, str(error))
        if isinstance(news, Live | Page) and not is_in_order(news):
            return Dropped(what, "its rows are out of order")
        # Who stole the key before could tell times of before, and so keep that key's time from ending.
        return news if is_current or not isinstance(news, Page) else replace(news, at_us=None)

    def _old_at(self, known: Known) -> datetime | None:
        """When a seal of the key before is judged. A clock of which nothing is known has to have heard the time by
        the current key first: what it begins with may lie before the rotation."""
        is_told = known.state is not ClockState.UNKNOWN or known.answers > self._answers_before
        return known.at if is_told else None

    def _read_key(self, topic: str, payload: bytes, known: Known) -> list[Heard]:
        try:
            turned, refused = self._seals.hear_rotation(topic, payload, known.at)
        except OSError as error:
            return [_not_kept(error)]
        if turned:
            self._answers_before = known.answers
        heard: list[Heard] = [HubKey(trusted) for trusted in turned]
        return heard if refused is None else [*heard, Dropped("rotation", str(refused), refused.why)]


def _not_kept(error: OSError) -> HubKeyNotKept:
    return HubKeyNotKept(error.strerror or type(error).__name__)
