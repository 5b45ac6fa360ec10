"""When presence is said: at each connection, when a word changes, soon after its feed moved, and each 60 s."""

from typing import Any

import pytest
from msgspec.structs import replace

from contract.messages import Presence, ReaderPresence
from contract.trust import ClockState
from edge.core.presence import SAY_EVERY_S, SAY_MOVED_S, PresenceNews

STANDING = Presence(
    start=1,
    n=1,
    online=True,
    at_us=1,
    version="0.1.0",
    clock=ClockState.SYNCED,
    feed="everyone",
    epoch=1_000,
    sequence=7,
    replica_age_s=3.0,
    journal=b"J" * 16,
    last=5,
    acked=4,
    readers=[ReaderPresence(name="door", open=True)],
)


def news_after_saying(presence: Presence, at_s: float) -> PresenceNews:
    news = PresenceNews()
    assert news.is_due(presence, at_s)
    news.said(presence, at_s)
    return news


@pytest.mark.parametrize(
    "change",
    [
        {"online": False},
        {"version": "0.2.0"},
        {"clock": ClockState.HOLDOVER},
        {"feed": "staff"},
        {"epoch": 1_001},
        {"epoch": None, "sequence": None},
        {"sequence": None},
        {"replica_age_s": None},
        {"journal": b"K" * 16},
        {"readers": []},
        {"readers": [ReaderPresence(name="door", open=False)]},
    ],
    ids=str,
)
def test_a_word_that_changes_is_said_at_once_and_once(change: dict[str, Any]) -> None:
    news = news_after_saying(STANDING, 10.0)
    changed = replace(STANDING, **change)
    assert news.is_due(changed, 11.0)
    news.said(changed, 11.0)
    assert not news.is_due(changed, 12.0)
    assert news.is_due(STANDING, 12.0)


@pytest.mark.parametrize("change", [{"at_us": 2}, {"replica_age_s": 4.0}, {"last": 6}, {"acked": 5}], ids=str)
def test_a_figure_waits_for_the_minute(change: dict[str, Any]) -> None:
    news = news_after_saying(STANDING, 10.0)
    changed = replace(STANDING, **change)
    assert not news.is_due(changed, 10.0 + SAY_EVERY_S - 0.1)
    assert news.is_due(changed, 10.0 + SAY_EVERY_S)


def test_a_feed_that_moved_is_said_within_seconds_and_no_more_often() -> None:
    news = news_after_saying(STANDING, 10.0)
    changed = replace(STANDING, sequence=8)
    assert not news.is_due(changed, 10.0 + SAY_MOVED_S - 0.1)
    assert news.is_due(changed, 10.0 + SAY_MOVED_S)
    news.said(changed, 20.0)
    assert not news.is_due(changed, 20.0 + SAY_MOVED_S)
    assert not news.is_due(replace(STANDING, sequence=9), 20.0 + SAY_MOVED_S - 0.1)


def test_another_connection_is_told_anew() -> None:
    news = news_after_saying(STANDING, 10.0)
    news.connected()
    assert news.is_due(STANDING, 10.0)


def test_nothing_is_said_after_the_end() -> None:
    news = news_after_saying(STANDING, 10.0)
    news.left()
    news.connected()
    assert not news.is_due(replace(STANDING, online=False), 100.0)
