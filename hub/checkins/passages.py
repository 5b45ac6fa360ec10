"""Passages: the last time each customer went into an area or out of it, as rows of all feeds (anti-passback).

The newest by (instant, id) stands; one that comes late changes nothing. To be called while the feeds are held.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from contract.ask import Direction
from contract.facts import Passage
from contract.feed import Change, FeedError, Kind, passage_key
from contract.rows import gone, passage_change, passage_of
from hub.checkins import queries
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE


def newer(passages: Iterable[Passage]) -> list[Change]:
    """Rows of those that are newer than what stands, of customers who are here."""
    found = list(passages)
    here = queries.customers({each.customer_id for each in found})
    newest: dict[bytes, Passage] = {}
    for each in sorted((each for each in found if each.customer_id in here), key=_place):
        newest[passage_key(each.customer_id, each.area)] = each
    standing = _standing(list(newest))
    return [
        passage_change(each)
        for key, each in newest.items()
        if key not in standing or _place(standing[key]) < _place(each)
    ]


def reset(keys: Collection[bytes], ids: Iterable[bytes], at: datetime) -> list[Change]:
    """Who has a passage under one of `keys` counts as gone out at `at`, whatever stands. Each with one of `ids`,
    which are fresh."""
    return [
        passage_change(replace(each, id=new_id, direction=Direction.OUT, occurred_at=at))
        for each, new_id in zip(_standing(list(keys)).values(), ids, strict=False)
    ]


def older(keys: Collection[bytes], before: datetime) -> list[Change]:
    """Of the rows under `keys`, the ways out older than `before`, as gone: they say nothing. A way in says that
    somebody is inside, however long ago: there are readers whose anti-passback is never reset."""
    standing = _standing(list(keys)).values()
    out = [each for each in standing if each.direction is Direction.OUT]
    return [gone(passage_change(each)) for each in out if each.occurred_at < before]


def _standing(keys: list[bytes]) -> dict[bytes, Passage]:
    """What cannot be read is as if it was not there: the next passage replaces it."""
    found = {}
    for key, body in feed.live_bodies(EVERYONE, Kind.PASSAGE, keys).items():
        try:
            found[key] = passage_of(key, body)
        except FeedError:
            continue
    return found


def _place(passage: Passage) -> tuple[datetime, bytes]:
    return passage.occurred_at, passage.id
