"""Rows of plans, sites and schedules: what a body holds, and the thing it is again.

There are few of them, and each is read for many scans: reading one is remembered.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta, Struct

from contract.billing import BillingInterval
from contract.calendar import Calendar
from contract.cbor import dump
from contract.errors import ContractError
from contract.feed import Change, FeedError, Kind, plan_key, schedule_key, site_key
from contract.grant import Grant, Offline
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window
from contract.limits import Across, CountsBy, Limit
from contract.limits import Window as LimitWindow
from contract.membership import Plan
from contract.rows import fields_of, id_after

_REMEMBERED: Final = 256
_Minutes = tuple[int, int]
_Name = Annotated[str, Meta(min_length=1, max_length=64)]


class _Limit(Struct, omit_defaults=True):
    c: int
    s: int | None = None
    w: LimitWindow = LimitWindow.ROLLING
    b: CountsBy = CountsBy.MEMBERSHIP
    a: Across = Across.ALL
    g: int = 0


class _Grant(Struct, omit_defaults=True):
    p: str
    l: list[_Limit] = []  # noqa: E741 (the wire's name)
    h: _Name | None = None
    w: list[_Name] | None = None
    i: bool = False
    c: bool = False
    o: Offline = Offline.ALLOW
    k: int = 0
    s: bool = False


class _Plan(Struct, omit_defaults=True):
    n: str
    g: list[_Grant] = []
    m: int = 0
    d: int = 0


class _Day(Struct, omit_defaults=True):
    m: int
    d: int
    y: int | None = None
    w: list[_Minutes] = []


class _Site(Struct, omit_defaults=True):
    z: str
    w: int = 0
    d: int = 0
    h: list[_Day] = []


class _Schedule(Struct, omit_defaults=True):
    w: list[tuple[int, int, int]] = []
    x: list[_Day] = []
    h: bool = False


# Things into rows


def plan_change(plan: Plan) -> Change:
    months, days = (0, 0) if plan.billing is None else (plan.billing.months, plan.billing.days)
    body = _Plan(plan.name, [_grant_body(each) for each in plan.grants], months, days)
    return Change(Kind.PLAN, plan_key(plan.id), b"", dump(body))


def site_change(name: str, site: Site) -> Change:
    calendar = site.calendar
    body = _Site(calendar.zone, calendar.week_starts_on, calendar.day_starts_minute, _day_bodies(site.holidays))
    return Change(Kind.SITE, site_key(name), b"", dump(body))


def schedule_change(name: str, schedule: Schedule) -> Change:
    weekly = [(each.weekday, each.window.start_minute, each.window.end_minute) for each in schedule.weekly]
    body = _Schedule(weekly, _day_bodies(schedule.exceptions), schedule.observes_holidays)
    return Change(Kind.SCHEDULE, schedule_key(name), b"", dump(body))


def _grant_body(grant: Grant) -> _Grant:
    return _Grant(
        p=grant.permission,
        l=[
            _Limit(each.count, each.window_seconds, each.window, each.counts_by, each.across, each.gap_seconds)
            for each in grant.limits
        ],
        h=grant.schedule,
        w=None if grant.partners is None else sorted(grant.partners),
        i=grant.login_required,
        c=grant.confirm,
        o=grant.offline,
        k=grant.offline_uses,
        s=grant.partner_may_be_said,
    )


def _day_bodies(days: Iterable[ExceptionDay]) -> list[_Day]:
    return [
        _Day(each.month, each.day, each.year, [(w.start_minute, w.end_minute) for w in each.windows])
        for each in days
    ]


# Rows back into things


@lru_cache(maxsize=_REMEMBERED)
def plan_of(key: bytes, body: bytes) -> Plan:
    fields = fields_of(body, _Plan)
    try:
        billing = BillingInterval(fields.m, fields.d) if fields.m or fields.d else None
        return Plan(id_after(key, b"P"), fields.n, tuple(map(_grant, fields.g)), billing)
    except ContractError as error:
        raise FeedError(f"a plan's row does not fit: {error}") from error


def zone_named(body: bytes) -> str:
    """What a site's row has for its time zone, known here or not. FeedError."""
    return fields_of(body, _Site).z


@lru_cache(maxsize=_REMEMBERED)
def site_of(body: bytes) -> Site:
    fields = fields_of(body, _Site)
    try:
        return Site(Calendar(fields.z, fields.w, fields.d), tuple(map(_exception_day, fields.h)))
    except ContractError as error:
        raise FeedError(f"a site's row does not fit: {error}") from error


@lru_cache(maxsize=_REMEMBERED)
def schedule_of(body: bytes) -> Schedule:
    fields = fields_of(body, _Schedule)
    try:
        weekly = tuple(WeeklyWindow(day, Window(start, end)) for day, start, end in fields.w)
        return Schedule(weekly, tuple(map(_exception_day, fields.x)), fields.h)
    except ContractError as error:
        raise FeedError(f"a schedule's row does not fit: {error}") from error


def _grant(fields: _Grant) -> Grant:
    limits = tuple(Limit(each.c, each.s, each.w, each.b, each.a, each.g) for each in fields.l)
    partners = None if fields.w is None else frozenset(fields.w)
    return Grant(fields.p, limits, fields.h, partners, fields.i, fields.c, fields.o, fields.k, fields.s)


def _exception_day(fields: _Day) -> ExceptionDay:
    return ExceptionDay(fields.m, fields.d, fields.y, tuple(Window(start, end) for start, end in fields.w))
