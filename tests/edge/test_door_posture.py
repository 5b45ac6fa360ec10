"""What a door is set to: every configured posture in every case, and hours over DST, midnight and holidays."""

from datetime import UTC, datetime
from itertools import product

import pytest

from contract.ask import Posture
from contract.calendar import Calendar
from contract.feed import FeedError
from contract.gathering import StoredRow
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window
from contract.plan_rows import schedule_change, site_change
from contract.trust import ClockState
from edge.core.door_posture import DoorSetting, Hours, Standing, Why, hours_of, posture_of

CLUB = Site(Calendar("Europe/Berlin"), (ExceptionDay(12, 25), ExceptionDay(12, 24, windows=(Window(600, 720),))))
DAYTIME = Schedule(tuple(WeeklyWindow(day, Window(480, 1080)) for day in range(7)), observes_holidays=True)
HOURS = Hours(DAYTIME, CLUB)
OPEN_AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
CLOSED_AT = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)
CLOCKS = (ClockState.SYNCED, ClockState.HOLDOVER, ClockState.UNKNOWN)


def standing(at: datetime, ready: bool = True, hours: Hours | None = HOURS, clock: str = "synced") -> Standing:
    return Standing(ready, hours, ClockState(clock), at)


EVERY_STANDING = [
    Standing(ready, hours, clock, at)
    for ready, hours, clock, at in product((True, False), (HOURS, None), CLOCKS, (OPEN_AT, CLOSED_AT))
]


@pytest.mark.parametrize("now", EVERY_STANDING)
@pytest.mark.parametrize("enabled", [True, False])
def test_nothing_unlocks_in_a_lockdown(now: Standing, enabled: bool) -> None:
    setting = DoorSetting(Posture.LOCKDOWN, enabled, "daytime", "clubhouse")
    assert posture_of(setting, now) == (Posture.LOCKDOWN, Why.CONFIGURED)


@pytest.mark.parametrize("now", EVERY_STANDING)
@pytest.mark.parametrize("posture", [Posture.SECURE, Posture.UNLOCKED, Posture.FREE])
def test_a_disabled_reader_unlocks_nothing(posture: Posture, now: Standing) -> None:
    assert posture_of(DoorSetting(posture, False, "daytime", "clubhouse"), now) == (
        Posture.SECURE,
        Why.READER_DISABLED,
    )


@pytest.mark.parametrize("now", EVERY_STANDING)
@pytest.mark.parametrize("posture", list(Posture))
def test_without_hours_it_is_as_configured(posture: Posture, now: Standing) -> None:
    assert posture_of(DoorSetting(posture), now) == (posture, Why.CONFIGURED)


@pytest.mark.parametrize("now", EVERY_STANDING)
def test_unlocked_by_hand_asks_for_no_hours(now: Standing) -> None:
    setting = DoorSetting(Posture.UNLOCKED, schedule="daytime", site="clubhouse")
    assert posture_of(setting, now) == (Posture.UNLOCKED, Why.CONFIGURED)


@pytest.mark.parametrize("posture", [Posture.SECURE, Posture.FREE])
@pytest.mark.parametrize(
    ("now", "unlocked", "why"),
    [
        (standing(OPEN_AT), True, Why.HOURS),
        (standing(OPEN_AT, clock="holdover"), True, Why.HOURS),
        (standing(CLOSED_AT), False, Why.HOURS),
        (standing(OPEN_AT, ready=False), False, Why.NOT_READY),
        (standing(OPEN_AT, ready=False, hours=None, clock="unknown"), False, Why.NOT_READY),
        (standing(OPEN_AT, clock="unknown"), False, Why.CLOCK_UNKNOWN),
        (standing(OPEN_AT, hours=None), False, Why.HOURS_UNKNOWN),
    ],
)
def test_hours_unlock_where_all_is_known(posture: Posture, now: Standing, unlocked: bool, why: Why) -> None:
    setting = DoorSetting(posture, schedule="daytime", site="clubhouse")
    assert posture_of(setting, now) == (Posture.UNLOCKED if unlocked else posture, why)


@pytest.mark.parametrize(
    ("at", "unlocked"),
    [
        ((2026, 3, 28, 7, 0), True),  # the day before clocks go forward: 8:00 is 7:00 UTC
        ((2026, 3, 28, 6, 59, 59), False),
        ((2026, 3, 29, 6, 0), True),  # and the day they do: 6:00 UTC
        ((2026, 3, 29, 5, 59, 59), False),
        ((2026, 3, 29, 15, 59, 59), True),
        ((2026, 3, 29, 16, 0), False),
        ((2026, 10, 24, 6, 0), True),
        ((2026, 10, 25, 6, 59, 59), False),  # clocks have gone back
        ((2026, 10, 25, 7, 0), True),
        ((2026, 12, 25, 12, 0), False),  # a holiday, closed
        ((2026, 12, 24, 8, 59, 59), False),  # a holiday with hours of its own
        ((2026, 12, 24, 9, 0), True),
        ((2026, 12, 24, 11, 0), False),
        ((2026, 12, 26, 12, 0), True),
    ],
)
def test_hours_are_the_sites(at: tuple[int, ...], unlocked: bool) -> None:
    setting = DoorSetting(Posture.SECURE, schedule="daytime", site="clubhouse")
    now = standing(datetime(*at, tzinfo=UTC))  # type: ignore[arg-type,misc]
    assert posture_of(setting, now)[0] is (Posture.UNLOCKED if unlocked else Posture.SECURE)


def test_holidays_that_are_not_observed_close_nothing() -> None:
    hours = Hours(Schedule(DAYTIME.weekly), CLUB)
    setting = DoorSetting(Posture.SECURE, schedule="daytime", site="clubhouse")
    christmas = datetime(2026, 12, 25, 12, 0, tzinfo=UTC)
    assert posture_of(setting, standing(christmas, hours=hours))[0] is Posture.UNLOCKED


# Rows


def rows() -> list[StoredRow]:
    changes = [
        site_change("annex", Site()),
        site_change("clubhouse", CLUB),
        schedule_change("never", Schedule()),
        schedule_change("daytime", DAYTIME),
    ]
    return [(int(each.kind), each.key, each.ref, each.body or b"") for each in changes]


def test_the_hours_that_are_named_are_found() -> None:
    assert hours_of(rows(), DoorSetting(Posture.SECURE, schedule="daytime", site="clubhouse")) == HOURS


@pytest.mark.parametrize(
    ("schedule", "site"), [(None, "clubhouse"), ("daytime", None), ("daytime", "barn"), ("nightly", "clubhouse")]
)
def test_what_is_missing_gives_no_hours(schedule: str | None, site: str | None) -> None:
    assert hours_of(rows(), DoorSetting(Posture.SECURE, schedule=schedule, site=site)) is None


def test_broken_rows_are_an_error_only_where_they_are_named() -> None:
    broken = [
        (kind, key, ref, b"\xff" if key in {b"Snever", b"Hnever"} else body) for kind, key, ref, body in rows()
    ]
    assert hours_of(broken, DoorSetting(Posture.SECURE, schedule="daytime", site="clubhouse")) == HOURS
    with pytest.raises(FeedError):
        hours_of(broken, DoorSetting(Posture.SECURE, schedule="never", site="clubhouse"))
