"""What limits come to, with dates: the course of a year in which one member uses a benefit as early and as often
as it lets. Every date is an answer of decide(): nothing is counted here by itself, and nothing is written.

It is of a membership that begins at the instant asked about, at one partner of one site. Hours, approved partners
and sign-in are left out: they are terms of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from contract.ask import Ask, Circumstances, Contact, Mode, Policy
from contract.billing import BillingInterval
from contract.decision import Decision, decide
from contract.facts import Card, Facts, HeldMembership, Position
from contract.grant import Grant
from contract.hours import Site
from contract.limits import Across, Limit, Use, reach_of
from contract.membership import Holder, HolderKind, Membership, Plan
from hub.feed.operations import EVERYONE

YEAR: Final = timedelta(days=365)
USES_MAX: Final = 400
"""More than once a day is told as more than this."""
AT_ONCE_MAX: Final = 5_000
"""Of more at one instant it is not asked when they are there again."""
SHOWN_MAX: Final = 4
_HERE, _ELSEWHERE = "here", "elsewhere"
_BENEFIT: Final = "benefit"


@dataclass(frozen=True, slots=True)
class Time:
    """An instant, and how many uses it lets through at once."""

    at: datetime
    uses: int


@dataclass(frozen=True, slots=True)
class Course:
    """`left`: before the first use; None: nothing is counted. `times`: the first ones, as early as may be, the
    first of them now; those beyond a year among them. `in_year`: how many in the year from now, or more where
    `is_more`; `is_of_one_place`: elsewhere there may be more of them. `free_at_other_partner`: while it is used up
    here, it is not there; the same of another site."""

    left: int | None
    times: tuple[Time, ...] = ()
    in_year: int = 0
    is_more: bool = False
    is_of_one_place: bool = False
    free_at_other_partner: bool = False
    free_at_other_site: bool = False


@lru_cache(maxsize=256)
def course_of(limits: tuple[Limit, ...], billing: BillingInterval | None, site: Site, at: datetime) -> Course:
    """`site`: whose calendar and time zone hold. `billing`: the plan's. A page asks the same of many grants."""
    question = _Question(limits, billing, site, at)
    left = question.answer((), at, Mode.IDENTIFY).remaining
    if left is None:
        return Course(None)
    times, uses = _times(question)
    until = at + YEAR
    in_year = sum(each.uses for each in times if each.at < until)
    used = tuple(use for use in uses if use.occurred_at == at)
    return Course(
        left,
        tuple(times[:SHOWN_MAX]),
        min(in_year, USES_MAX),
        in_year > USES_MAX,
        any(limit.across is not Across.ALL for limit in limits),
        _is_free(question, used, Policy(partner=_ELSEWHERE, site=_HERE), Across.PARTNER),
        _is_free(question, used, Policy(partner=_HERE, site=_ELSEWHERE), Across.SITE),
    )


@dataclass(frozen=True, slots=True)
class _Question:
    limits: tuple[Limit, ...]
    billing: BillingInterval | None
    site: Site
    begins_at: datetime

    def answer(self, uses: Iterable[Use], at: datetime, mode: Mode, policy: Policy | None = None) -> Decision:
        plan = Plan(0, "", (Grant(_BENEFIT, self.limits),), self.billing)
        membership = Membership(0, Holder(HolderKind.CUSTOMER, 0), 0, self.begins_at, None)
        facts = Facts(
            position=Position(EVERYONE, 0, 0),
            card=Card(0),
            held=(HeldMembership(membership, plan),),
            uses=tuple(uses),
            site=self.site,
        )
        policy = policy or Policy(site=_HERE, partner=_HERE)
        known = Circumstances(contact=Contact.CONFIRMED)
        return decide(Ask(permission=_BENEFIT, mode=mode, policy=policy, circumstances=known), facts, at)

    def still_counted(self, uses: Iterable[Use], at: datetime) -> list[Use]:
        """What no limit looks back to any more is not asked about again and again."""
        reaches = [reach_of(limit, self.billing) for limit in self.limits]
        if any(reach is None for reach in reaches):
            return list(uses)
        longest = max(reach for reach in reaches if reach is not None)
        return [use for use in uses if use.occurred_at >= at - longest]


def _times(question: _Question) -> tuple[list[Time], list[Use]]:
    """Until a year is over and as many as are shown are known, or there are too many; with all uses of them. When
    it is due again is always among them."""
    at, until = question.begins_at, question.begins_at + YEAR
    times: list[Time] = []
    made: list[Use] = []
    counted: list[Use] = []
    while len(times) < 2 or ((at < until or len(times) < SHOWN_MAX) and len(made) <= USES_MAX):
        counted = question.still_counted(counted, at)
        granted, again_at = _use_up(question, counted, at)
        made += granted
        counted += granted
        if granted:
            times.append(Time(at, len(granted)))
        if again_at is None:
            break
        at = again_at
    return times, made


def _use_up(question: _Question, counted: list[Use], at: datetime) -> tuple[list[Use], datetime | None]:
    """All that may be used at this one instant, a use after the other, and when it is due again; None: never, or
    that was not asked."""
    uses: list[Use] = []
    while len(uses) < AT_ONCE_MAX:
        answer = question.answer([*counted, *uses], at, Mode.REDEEM)
        if not answer.granted:
            return uses, answer.next_available_at
        # What is left may be used at once too, unless there has to be a time between two.
        more = 0 if any(limit.gap_seconds for limit in question.limits) else answer.remaining or 0
        first, count = len(counted) + len(uses), min(1 + more, AT_ONCE_MAX - len(uses))
        uses += [_use(number, at) for number in range(first, first + count)]
    return uses, None


def _use(number: int, at: datetime) -> Use:
    """No two of them are the same."""
    id = b"%d %d" % (number, round(at.timestamp() * 1_000_000))
    return Use(id, 0, 0, _BENEFIT, at, partner=_HERE, site=_HERE)


def _is_free(question: _Question, used: tuple[Use, ...], policy: Policy, across: Across) -> bool:
    """Whether it is there at once, where some limit counts each place by itself."""
    counts_apart = any(limit.across is across for limit in question.limits)
    return counts_apart and question.answer(used, question.begins_at, Mode.REDEEM, policy).granted
