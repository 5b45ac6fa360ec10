"""What is stored by the hour is what counting anew gives, whatever comes late, is voided, or is undone."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from contract.ask import Policy
from contract.instants import to_us
from contract.limits import Limit
from contract.messages import CheckIn as Message
from hub.checkins.models import CheckIn, TouchedHour
from hub.checkins.staff_operations import void_checkins
from hub.fleet.models import Site
from hub.reports.counting import ALIKE
from hub.reports.models import HourlyFigure
from hub.reports.queries import Count, Counted, Span
from hub.reports.rolling_operations import HOURS_AT_ONCE, roll
from hub.reports.sums import KINDS
from tests.hub.limited_club import GLASS, WEEK_SECONDS, LimitedClub, ingest, limited_club, own, pooled, void
from tests.hub.scans import AT, checkin

pytestmark = pytest.mark.usefixtures("database")
ALWAYS = Span(AT - timedelta(days=400), AT + timedelta(days=400))


NARROWED: tuple[tuple[dict[str, str], bool], ...] = (
    ({}, False),
    ({"site": "pune"}, False),
    ({}, True),
    ({"partner": "wine-bar"}, True),
    ({"permission": GLASS}, True),
)
"""To what a span is, and whether to benefits."""
Figures = dict[tuple[object, ...], list[int]]
"""How many stand, are somebody's first, over a limit, voided, and at a partner that was only said."""


def anew() -> Figures:
    """By hand: every check-in, in its hour or, half an hour from UTC, in its quarter."""
    found: Figures = defaultdict(lambda: [0, 0, 0, 0, 0])
    known: set[tuple[object, ...]] = set()
    for row in CheckIn.objects.order_by("counts_at", "number"):
        at = row.at.astimezone(UTC).replace(second=0, microsecond=0)
        minute = at.minute // 15 * 15 if row.site == "pune" else 0
        numbers = found[(at.replace(minute=minute), *(getattr(row, name) for name in ALIKE))]
        stands, whose = row.voided_at is None, (row.customer_id, row.permission)
        used = stands and row.of_benefit and row.outcome == "granted" and row.customer_id is not None
        numbers[0] += stands
        numbers[1] += used and whose not in known
        numbers[2] += stands and row.over_limit
        numbers[3] += not stands
        numbers[4] += stands and row.partner_said and row.outcome == "granted"
        known |= {whose} if used else set()
    return dict(found)


def stored() -> Figures:
    return {
        (each.slot, *(getattr(each, name) for name in ALIKE)): [
            *(each.count, each.first, each.excess, each.voided, each.said),
        ]
        for each in HourlyFigure.objects.all()
    }


def read() -> Figures:
    counted = Counted(ALWAYS).by("slot", *ALIKE)
    return {
        group: [each.total, each.first, each.excess, each.voided, each.said] for group, each in counted.items()
    }


def assert_sums_are_right() -> None:
    """Of spans that begin and end anywhere, whatever they are narrowed to: as by hand."""
    by_hand = anew()
    for days, hours in ((0, 0), (10, 5)):
        span = Span(AT - timedelta(days=40 - days, hours=hours), AT + timedelta(days=45 - days, hours=hours))
        for narrowed, of_benefits in NARROWED:
            counted = Counted(replace(span, **narrowed), of_benefits)
            asked = [kind.fields for kind in KINDS.values() if kind.of_benefits == of_benefits]
            for fields in (*asked, ("permission",), ()):
                wanted = folded(by_hand, fields, span, narrowed | ({"of_benefit": True} if of_benefits else {}))
                read = counted.by(*fields).items()
                assert {key: [c.total, c.first, c.excess, c.voided, c.said] for key, c in read} == wanted


def folded(figures: Figures, fields: Sequence[str], span: Span, only: dict[str, object]) -> Figures:
    found: Figures = defaultdict(lambda: [0, 0, 0, 0, 0])
    for (slot, *told), numbers in figures.items():
        of = {"slot": slot, **dict(zip(ALIKE, told, strict=True))}
        if span.from_at <= slot < span.until_at and only.items() <= of.items():
            key = tuple(of[name] for name in fields)
            found[key] = [a + b for a, b in zip(found[key], numbers, strict=True)]
    return dict(found)


def one_of(dice: random.Random, here: LimitedClub, at: datetime, policy: Policy) -> Message:
    """A glass of one of four people, or, not limited, a ride."""
    person = dice.randrange(4)
    said: dict[str, object] = {"policy": policy}
    if dice.random() < 0.3:
        said |= {"permission": "ride", "counted": False, "remaining": None}
    return own(here, at, **said) if person == 3 else pooled(here, person, at, **said)


def roll_all() -> None:
    while roll():
        pass


@pytest.mark.parametrize("seed", range(3))
def test_stored_is_what_counting_anew_gives(seed: int, colleague: User) -> None:
    dice, here = random.Random(seed), limited_club(Limit(2, WEEK_SECONDS))
    Site.objects.create(name="pune", time_zone="Asia/Kolkata")
    for journal in range(1, 13):
        at = AT + timedelta(minutes=dice.randrange(-6_000, 6_000))
        site, partner = dice.choice([None, "clubhouse", "pune"]), dice.choice([None, "wine-bar", "winery"])
        policy = Policy(site=site, partner=partner, partner_said=partner == "winery")
        rows = [
            one_of(
                dice,
                here,
                at + timedelta(minutes=25 * number),
                policy,
            )
            for number in range(dice.randrange(1, 5))
        ]
        undone = [void(rows[0])] if dice.random() < 0.3 else []
        denied = checkin(1, at_us=to_us(at), outcome="denied", reason="expired", policy=Policy(site=site))
        ingest(*rows, denied, *undone, journal=journal.to_bytes(16, "big"))
        if dice.random() < 0.4:
            standing = list(CheckIn.objects.filter(voided_at=None, outcome="granted").order_by("number"))
            void_checkins(dice.sample(standing, min(2, len(standing))), "twice", colleague, AT)
        assert read() == anew()
        if dice.random() < 0.5:
            roll()
            assert read() == anew()
        if journal % 5 == 0:
            assert_sums_are_right()
    roll_all()
    assert stored() == read() == anew()
    assert_sums_are_right()
    assert not TouchedHour.objects.exists()


def test_a_step_counts_so_many_hours_and_goes_on() -> None:
    here = limited_club()
    count = HOURS_AT_ONCE + 3
    ingest(*(own(here, AT + timedelta(hours=number)) for number in range(count)))
    assert roll() == HOURS_AT_ONCE
    assert roll() == 3
    assert roll() == 0
    assert stored() == anew()


def test_a_day_of_the_organization_has_what_was_at_sites_with_other_clocks_too() -> None:
    Site.objects.create(name="pune", time_zone="Asia/Kolkata")
    here = limited_club()
    Site.objects.create(name="pier", time_zone="Asia/Dubai")
    zone = ZoneInfo("Asia/Kolkata")
    midnight = datetime(2026, 3, 2, tzinfo=zone)
    for number, site in enumerate(("pier", None)):
        at = midnight + timedelta(minutes=10)
        ingest(own(here, at, policy=Policy(site=site)), journal=bytes([number + 1]) * 16)
    for _ in range(2):
        today = Counted(Span(midnight, midnight + timedelta(days=1)))
        assert (today.all.granted, {day: each.granted for (day,), each in today.clock(zone).days.items()}) == (
            2,
            {midnight.date(): 2},
        )
        roll_all()


def test_a_span_begins_and_ends_to_the_slot_and_is_of_one_site_where_asked() -> None:
    here = limited_club()
    Site.objects.create(name="pune", time_zone="Asia/Kolkata")
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Kolkata"))
    for number, minute in enumerate((-1, 0, 1)):
        at = midnight + timedelta(minutes=minute)
        ingest(own(here, at, policy=Policy(site="pune")), journal=bytes([number + 1]) * 16)
    for _ in range(2):
        span = Span(midnight, midnight + timedelta(days=1), "pune")
        assert Counted(span).by() == {(): Count(2, 0, 0, 0, 0)}
        assert Counted(Span(span.from_at, span.until_at, "clubhouse")).by() == {}
        roll_all()
