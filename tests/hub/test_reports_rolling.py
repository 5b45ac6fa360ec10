"""What is stored by the hour is what counting anew gives, whatever comes late, is voided, or is undone."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from contract.ask import Policy
from contract.instants import to_us
from hub.checkins.models import CheckIn, TouchedHour
from hub.checkins.staff_operations import void_checkins
from hub.fleet.models import Site
from hub.reports.counting import ALIKE
from hub.reports.models import HourlyFigure
from hub.reports.queries import Count, Span, counted_by
from hub.reports.rolling_operations import HOURS_AT_ONCE, roll
from hub.reports.sums import KINDS
from tests.hub.limited_club import ingest, limited_club, own, void
from tests.hub.scans import AT, checkin

pytestmark = pytest.mark.usefixtures("database")
ALWAYS = Span(AT - timedelta(days=400), AT + timedelta(days=400))


def anew() -> Counter[tuple[object, ...]]:
    """By hand: every check-in that stands, in its hour or, half an hour from UTC, in its quarter."""
    found: Counter[tuple[object, ...]] = Counter()
    for row in CheckIn.objects.filter(voided_at=None):
        at = row.at.astimezone(UTC).replace(second=0, microsecond=0)
        minute = at.minute // 15 * 15 if row.site == "pune" else 0
        found[(at.replace(minute=minute), *(getattr(row, name) for name in ALIKE))] += 1
    return found


def stored() -> Counter[tuple[object, ...]]:
    return Counter(
        {(each.slot, *(getattr(each, name) for name in ALIKE)): each.count for each in HourlyFigure.objects.all()}
    )


def read() -> Counter[tuple[object, ...]]:
    counted = counted_by(ALWAYS, "slot", *ALIKE)
    return Counter({group: sum(both) for group, both in counted.items()})


def assert_sums_are_right() -> None:
    """Of spans that begin and end anywhere: as by hand."""
    by_hand = anew()
    for days, hours in ((0, 0), (10, 5), (3, 22)):
        span = Span(AT - timedelta(days=40 - days, hours=hours), AT + timedelta(days=45 - days, hours=hours))
        for fields in (*KINDS.values(), ("site",), ("permission", "counted"), ()):
            wanted: Counter[tuple[object, ...]] = Counter()
            for (slot, *told), count in by_hand.items():
                if span.from_at <= slot < span.until_at:
                    of = {"slot": slot, **dict(zip(ALIKE, told, strict=True))}
                    wanted[tuple(of[name] for name in fields)] += count
            assert {group: sum(both) for group, both in counted_by(span, *fields).items()} == wanted


def roll_all() -> None:
    while roll():
        pass


@pytest.mark.parametrize("seed", range(3))
def test_stored_is_what_counting_anew_gives(seed: int, colleague: User) -> None:
    dice, here = random.Random(seed), limited_club()
    Site.objects.create(name="pune", time_zone="Asia/Kolkata")
    for journal in range(1, 13):
        at = AT + timedelta(minutes=dice.randrange(-6_000, 6_000))
        site = dice.choice([None, "clubhouse", "pune"])
        rows = [
            own(here, at + timedelta(minutes=number), policy=Policy(site=site))
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


def test_a_span_begins_and_ends_to_the_slot_and_is_of_one_site_where_asked() -> None:
    here = limited_club()
    Site.objects.create(name="pune", time_zone="Asia/Kolkata")
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Kolkata"))
    for number, minute in enumerate((-1, 0, 1)):
        at = midnight + timedelta(minutes=minute)
        ingest(own(here, at, policy=Policy(site="pune")), journal=bytes([number + 1]) * 16)
    for _ in range(2):
        span = Span(midnight, midnight + timedelta(days=1), "pune")
        assert counted_by(span) == {(): Count(2, 0)}
        assert counted_by(Span(span.from_at, span.until_at, "clubhouse")) == {}
        roll_all()
