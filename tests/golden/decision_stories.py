"""What make_decisions.py makes cases of: members with their plans, uses and passages, and what they ask for.

Every member is another customer with cards, memberships and plans of their own, all in the feed of one club.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from contract.ask import Ask, Circumstances, Mode, Policy
from contract.billing import BillingInterval
from contract.calendar import Calendar
from contract.facts import Card, Customer, Passage
from contract.feed import Change
from contract.grant import Grant
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window
from contract.limits import Limit, Use
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change, schedule_change, site_change
from contract.rows import (
    card_change,
    customer_change,
    link_change,
    membership_change,
    passage_change,
    pool_use_change,
    rotating_change,
    use_change,
)

NOON: Final = datetime(2026, 3, 14, 12, tzinfo=UTC)  # a Saturday
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MICROSECOND: Final = timedelta(microseconds=1)
SALT: Final = bytes(range(16))
WEEKLY: Final = Limit(1, 7 * 86_400)
WINE: Final = Grant("glass-of-wine", (WEEKLY,))
DOOR: Final = Grant("front-door")


@dataclass(frozen=True)
class Holding:
    """A membership to be: its grants, what is special about it, and whether the member's company holds it."""

    grants: tuple[Grant, ...] = (DOOR, WINE)
    company: bool = False
    billing: BillingInterval | None = None
    special: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A use to be: how long before it is asked, under which holding, by the member or a colleague, and where."""

    before: timedelta = DAY
    under: int = 0
    colleague: bool = False
    permission: str = "glass-of-wine"
    where: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """`card` None: nobody has it. `unacked`: the numbers of the uses that the edge has made since contact."""

    name: str
    permission: str = "glass-of-wine"
    holdings: tuple[Holding, ...] = (Holding(),)
    uses: tuple[Made, ...] = ()
    passages: tuple[Passage, ...] = ()
    card: dict[str, Any] | None = field(default_factory=dict)
    rotates: bool = False
    at: datetime = NOON
    mode: Mode = Mode.REDEEM
    policy: Policy = field(default_factory=Policy)
    now: dict[str, Any] = field(default_factory=dict)
    used_steps: frozenset[int] = frozenset()
    unacked: tuple[int, ...] = ()

    @property
    def card_hash(self) -> bytes:
        return sha256(self.name.encode()).digest()

    @property
    def ask(self) -> Ask:
        return Ask(
            permission=self.permission,
            mode=self.mode,
            policy=self.policy,
            circumstances=Circumstances(**self.now),
        )

    def use_id(self, number: int) -> bytes:
        return sha256(f"{self.name} {number}".encode()).digest()[:16]

    def changes(self, first: int) -> Iterator[Change]:
        """The member's rows; ids from `first` to `first` + 9 are theirs."""
        if self.card is None:
            return
        yield card_change(self.card_hash, Card(first, **self.card))
        yield customer_change(Customer(first, f"Member {first}"))
        if self.rotates:
            yield rotating_change(self.card_hash, SALT)
        if any(holding.company for holding in self.holdings):
            yield link_change(first, first)
        for number, holding in enumerate(self.holdings):
            yield from self._held(first, number, holding)
        for number, made in enumerate(self.uses):
            yield from self._used(first, number, made)
        for passage in self.passages:
            yield passage_change(Passage(passage.id, first, passage.area, passage.direction, passage.occurred_at))

    def _held(self, first: int, number: int, holding: Holding) -> Iterator[Change]:
        plan = Plan(first + number, f"Plan {first + number}", holding.grants, holding.billing)
        holder = Holder(HolderKind.COMPANY if holding.company else HolderKind.CUSTOMER, first)
        dates = {"starts_at": NOON - 40 * DAY, "ends_at": NOON + 300 * DAY} | holding.special
        yield plan_change(plan)
        yield membership_change(Membership(first + number, holder, plan.id, **dates))

    def _used(self, first: int, number: int, made: Made) -> Iterator[Change]:
        customer = first + 9 if made.colleague else first
        company = first if self.holdings[made.under].company else None
        use = Use(
            self.use_id(number),
            customer,
            first + made.under,
            made.permission,
            self.at - made.before,
            company,
            made.where.get("partner"),
            made.where.get("site"),
        )
        yield use_change(use)
        if company is not None:
            yield pool_use_change(use)


def _every_day(*days: int, start: int, end: int) -> tuple[WeeklyWindow, ...]:
    return tuple(WeeklyWindow(day, Window(start, end)) for day in days)


CLUB: Final = (
    site_change("clubhouse", Site(Calendar("Europe/Berlin", 0, 0), (ExceptionDay(12, 25),))),
    site_change("bar", Site(Calendar("Europe/Berlin", 6, 150))),
    site_change("island", Site(Calendar("Australia/Lord_Howe"))),
    schedule_change("office", Schedule(_every_day(0, 1, 2, 3, 4, start=480, end=1_080), (), True)),
    schedule_change("night", Schedule(_every_day(5, start=1_320, end=150))),
    schedule_change("always", Schedule(_every_day(*range(7), start=0, end=1_440), (), True)),
)


def wine(*limits: Limit, **rules: object) -> tuple[Holding, ...]:
    return (Holding((Grant("glass-of-wine", limits or WINE.limits, **rules),)),)  # type: ignore[arg-type]


def pool(*limits: Limit) -> tuple[Holding, ...]:
    return (Holding((Grant("glass-of-wine", limits),), company=True),)


def site(name: str) -> Policy:
    return Policy(site=name)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
