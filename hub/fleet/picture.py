"""A schedule's days as a picture: what is open on which minute of the local clock. Knows no database, no Django.

Asks the contract alone what is open. The minutes are those of the wall's clock, so that a day of 23 hours has a
piece that was skipped and one of 25 a piece that came twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from contract.calendar import instant_of, zone_of
from contract.hours import Schedule, Site, Window, is_open, windows_on

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_STEP = timedelta(minutes=15)
"""No zone changes its offset twice within it."""


class PieceKind(StrEnum):
    OPEN = "open"
    SKIPPED = "skipped"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Piece:
    """From `start_minute` to `end_minute` of the local clock, 0 to 1440."""

    kind: PieceKind
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class DayShown:
    """`windows` are those that start on the day; `length` is 24 hours but where clocks change."""

    day: date
    windows: tuple[Window, ...]
    pieces: tuple[Piece, ...]
    length: timedelta


def days_shown(schedule: Schedule, site: Site, first: date, count: int) -> list[DayShown]:
    """`count` days from `first` on, as the site's wall clock shows them."""
    return [_day_shown(schedule, site, first + number * _DAY) for number in range(count)]


def _day_shown(schedule: Schedule, site: Site, day: date) -> DayShown:
    zone = zone_of(site.calendar.zone)
    start, end = _start_of(day, zone), _start_of(day + _DAY, zone)
    changes = list(_clock_changes(start, end, zone))
    bounds = sorted({start, end, *changes, *_boundaries(schedule, site, day, start, end)})
    pieces = [
        _piece(PieceKind.OPEN, _minute(since, day, zone), until - since)
        for since, until in pairwise(bounds)
        if is_open(schedule, site, since)
    ]
    pieces += [_changed(change, day, zone) for change in changes]
    return DayShown(day, windows_on(schedule, site, day), tuple(_joined(pieces)), end - start)


def _boundaries(schedule: Schedule, site: Site, day: date, start: datetime, end: datetime) -> Iterator[datetime]:
    """Instants within the day at which a window may begin or end: of two like local times, both."""
    zone = zone_of(site.calendar.zone)
    for begun in (day - _DAY, day):
        for window in windows_on(schedule, site, begun):
            for minutes in (window.start_minute, window.end_minute, window.end_minute + 1_440):
                local = datetime.combine(begun, datetime.min.time()) + minutes * _MINUTE
                both = {instant_of(local, zone), instant_of(local, zone, later=True)}
                yield from (at for at in both if start < at < end)


def _clock_changes(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants, from `start` on, from which the local clock has another offset."""
    before = start - _STEP
    while before < end:
        after = before + _STEP
        if _offset(before, zone) != _offset(after, zone):
            change = _change_within(before, after, zone)
            if start <= change < end:
                yield change
        before = after


def _change_within(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (before, middle) if _offset(middle, zone) == _offset(after, zone) else (middle, after)
    return after


def _changed(change: datetime, day: date, zone: ZoneInfo) -> Piece:
    forward = _offset(change, zone) - _offset(change - timedelta(seconds=1), zone)
    minute = _minute(change, day, zone)
    if forward > timedelta(0):
        return _piece(PieceKind.SKIPPED, minute - forward // _MINUTE, forward)
    return _piece(PieceKind.TWICE, minute, -forward)


def _piece(kind: PieceKind, start_minute: int, length: timedelta) -> Piece:
    return Piece(kind, max(start_minute, 0), min(start_minute + length // _MINUTE, 1_440))


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Pieces of one kind that touch, as one; in the order of their kinds and minutes."""
    last: Piece | None = None
    for piece in sorted(pieces, key=lambda each: (list(PieceKind).index(each.kind), each.start_minute)):
        if last is not None and last.kind is piece.kind and piece.start_minute <= last.end_minute:
            last = Piece(last.kind, last.start_minute, max(last.end_minute, piece.end_minute))
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return instant_of(datetime.combine(day, datetime.min.time()), zone)


def _minute(at: datetime, day: date, zone: ZoneInfo) -> int:
    local = at.astimezone(zone).replace(tzinfo=None)
    return (local - datetime.combine(day, datetime.min.time())) // _MINUTE


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
