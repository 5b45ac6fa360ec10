"""What an edge says of itself, for the tests: all well, but for what is changed."""

from datetime import timedelta
from itertools import count
from typing import Any

from contract.instants import to_us
from contract.messages import Presence, ReaderPresence
from contract.trust import ClockState
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from tests.hub.scans import AT

_SAID = count(1)


def presence(seconds: float = 0, **changed: Any) -> Presence:
    """Said `seconds` after AT; each that is made is above the last, but for what is changed."""
    fields: dict[str, Any] = {
        "start": 1,
        "n": next(_SAID),
        "online": True,
        "at_us": to_us(AT + timedelta(seconds=seconds)),
        "version": "1.2",
        "clock": ClockState.SYNCED,
        "feed": EVERYONE,
        "epoch": 1,
        "sequence": 5,
        "replica_age_s": 2.0,
        "journal": b"j" * 16,
        "last": 7,
        "acked": 7,
        "readers": [ReaderPresence(name="door", open=True), ReaderPresence(name="counter", open=True)],
    }
    return Presence(**(fields | changed))


def well(feed: Feed, /, seconds: float = 0, **changed: Any) -> Presence:
    """Said by an edge that has all of `feed`."""
    return presence(seconds, **{"epoch": feed.epoch, "sequence": feed.sequence} | changed)
