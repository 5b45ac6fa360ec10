"""Sites and schedules on both databases: what is refused where it is entered, and what edges hear of them."""

from datetime import UTC, datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from contract.ask import Policy
from contract.calendar import Calendar
from contract.feed import Kind, schedule_key, site_key
from contract.hours import ExceptionDay, WeeklyWindow, Window
from contract.plan_rows import schedule_of, site_of
from contract.reasons import Reason
from hub.feed import operations as feed
from hub.feed import queries as feed_queries
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet import operations
from hub.fleet.models import Edge, Holiday, Reader, Schedule, ScheduleException, Site
from hub.members import codes
from hub.members import operations as members
from hub.members.models import Customer, Grant, Membership, Permission, Plan
from hub.members.writing import InUse
from tests.hub.followed import assert_exact, decision

pytestmark = pytest.mark.usefixtures("database")


def body(kind: Kind, key: bytes, feed_name: str = EVERYONE) -> bytes | None:
    found = [
        row.body for row in feed_queries.rows_after(feed_name, 0, 1_000) if (row.kind, row.key) == (kind, key)
    ]
    return found[0] if found else None


def a_site(**fields: object) -> Site:
    return operations.save_site(Site(**({"name": "house", "time_zone": "Europe/Berlin"} | fields)))


def a_schedule(**fields: object) -> Schedule:
    return operations.save_schedule(Schedule(**({"slug": "opening", "name": "Opening hours"} | fields)))


def an_edge(site: Site) -> Edge:
    return operations.save_edge(Edge(name="east", site=site, feed=Feed.objects.get(name=EVERYONE)))


def said(error: pytest.ExceptionInfo[ValidationError], field: str) -> str:
    return " ".join(error.value.message_dict[field])


# Sites


def test_a_site_stands_in_the_feed_with_its_calendar_and_holidays() -> None:
    site = a_site(week_starts_on=6, day_starts_at=time(6, 30))
    christmas = Holiday(site=site, day=25, month=12, windows="10:00-14:00", name="Christmas")
    leap_day = Holiday(site=site, day=29, month=2)
    operations.replace_holidays(site, [christmas, leap_day])
    told = site_of(body(Kind.SITE, site_key("house")))
    assert told.calendar == Calendar("Europe/Berlin", 6, 390)
    assert set(told.holidays) == {ExceptionDay(12, 25, None, (Window(600, 840),)), ExceptionDay(2, 29)}
    operations.delete_sites([site])
    assert body(Kind.SITE, site_key("house")) is None
    assert_exact()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_zone", "Berlin", "“Berlin” is no time zone: did you mean Europe/Berlin?"),
        ("time_zone", "new york", "did you mean America/New_York?"),
        ("time_zone", "Europe/Berln", "did you mean Europe/Berlin?"),
        ("name", "Main house", "as in main-house."),
        ("time_zone", "Mars/Olympus", "names are like Europe/Berlin or UTC"),
        ("time_zone", "europe/berlin", "Europe/Berlin"),
        ("time_zone", "", "blank"),
        ("time_zone", "../etc/passwd", "Europe/Berlin"),
        ("day_starts_at", time(6, 0, 30), "whole minute"),
        ("week_starts_on", 7, "not a valid choice"),
        ("name", "Main House", "lower-case"),
    ],
)
def test_a_site_that_cannot_be_is_refused_at_its_field(field: str, value: object, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        a_site(**{field: value})
    assert words in said(error, field)
    assert not Site.objects.exists()


def test_names_that_edges_know_stay() -> None:
    site, schedule = a_site(), a_schedule()
    site.name, schedule.slug = "home", "hours"
    with pytest.raises(ValidationError) as error:
        operations.save_site(site)
    assert "Edges know it as “house”" in said(error, "name")
    with pytest.raises(ValidationError) as error:
        operations.save_schedule(schedule)
    assert "Edges know it as “opening”" in said(error, "slug")


def test_what_is_in_use_is_not_deleted() -> None:
    site, schedule = a_site(), a_schedule()
    edge = an_edge(site)
    permission = members.save_permission(Permission(slug="front-door", name="Front door"))
    door = Reader(edge=edge, name="door", kind="door", permission=permission, unlocked_schedule=schedule)
    operations.save_reader(door)
    with pytest.raises(InUse, match="edge"):
        operations.delete_sites([site])
    with pytest.raises(InUse, match="reader"):
        operations.delete_schedules([schedule])
    door.unlocked_schedule = None
    operations.save_reader(door)
    plan = members.save_plan(Plan(name="Full"))
    members.save_grant(Grant(plan=plan, permission=permission, schedule=schedule), [])
    with pytest.raises(InUse, match="grant"):
        operations.delete_schedules([schedule])
    assert body(Kind.SITE, site_key("house")) is not None
    assert body(Kind.SCHEDULE, schedule_key("opening")) is not None
    assert_exact()


# Schedules


def test_a_schedule_stands_in_the_feed() -> None:
    schedule = a_schedule(
        monday="8:00-18:00", saturday="20:00-2:00, 10:00-12:00", sunday="", observes_holidays=True
    )
    schedule.refresh_from_db()
    assert (schedule.monday, schedule.sunday) == ("08:00-18:00", "closed")
    operations.replace_exceptions(
        schedule,
        [
            ScheduleException(schedule=schedule, day=31, month=12, windows="08:00-12:00"),
            ScheduleException(schedule=schedule, day=31, month=12, year=2027),
        ],
    )
    told = schedule_of(body(Kind.SCHEDULE, schedule_key("opening")))
    assert told.weekly == (
        WeeklyWindow(0, Window(480, 1_080)),
        WeeklyWindow(5, Window(1_200, 120)),
        WeeklyWindow(5, Window(600, 720)),
    )
    assert set(told.exceptions) == {ExceptionDay(12, 31, None, (Window(480, 720),)), ExceptionDay(12, 31, 2027)}
    assert told.observes_holidays
    operations.replace_exceptions(schedule, [])
    assert schedule_of(body(Kind.SCHEDULE, schedule_key("opening"))).exceptions == ()
    operations.delete_schedules([schedule])
    assert body(Kind.SCHEDULE, schedule_key("opening")) is None
    assert_exact()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("monday", "26:00-27:00", "26:00 is no time of day: write 00:00 to 24:00."),
        ("sunday", "always", "“always” is no opening"),
        ("slug", "Opening hours", "as in opening-hours."),
        ("friday", "18:00-08:00, 19:00-20:00", "“18:00-08:00” and “19:00-20:00” overlap"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_at_its_field(field: str, value: str, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        a_schedule(**{field: value})
    assert words in said(error, field)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"day": 30, "month": 2}, "day", "There is no 30 February (every year)."),
        ({"day": 29, "month": 2, "year": 2027}, "day", "There is no 29 February 2027."),
        ({"day": 31, "month": 4}, "day", "There is no 31 April"),
        ({"day": 0, "month": 4}, "day", "greater than or equal to 1"),
        ({"day": 1, "month": 13}, "month", "not a valid choice"),
        ({"day": 1, "month": 4, "windows": "noon"}, "windows", "“noon” is no opening"),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_field(fields: dict[str, object], field: str, words: str) -> None:
    schedule, site = a_schedule(), a_site()
    before = feed_queries.head(EVERYONE)
    with pytest.raises(ValidationError) as error:
        operations.replace_exceptions(schedule, [ScheduleException(schedule=schedule, **fields)])
    assert words in said(error, field)
    with pytest.raises(ValidationError) as error:
        operations.replace_holidays(site, [Holiday(site=site, **fields)])
    assert words in said(error, field)
    assert feed_queries.head(EVERYONE) == before


@pytest.mark.parametrize("year", [None, 2027])
def test_a_day_stands_once(year: int | None) -> None:
    site, schedule = a_site(), a_schedule()
    day = {"day": 1, "month": 5, "year": year}
    with pytest.raises(ValidationError, match="stands here twice"):
        operations.replace_holidays(site, [Holiday(site=site, **day), Holiday(site=site, **day)])
    once = ScheduleException(schedule=schedule, **day)
    operations.replace_exceptions(schedule, [once])
    with pytest.raises(ValidationError, match="There is an exception on this day already"):
        ScheduleException(schedule=schedule, **day).full_clean()
    # The same rows again, their days exchanged.
    other = ScheduleException(schedule=schedule, day=2, month=5, year=year)
    operations.replace_exceptions(schedule, [once, other])
    once.day, other.day = other.day, once.day
    operations.replace_exceptions(schedule, [once, other])
    assert {each.pk: each.day for each in schedule.exceptions.all()} == {once.pk: 2, other.pk: 1}


# Feeds


def test_every_feed_has_them_and_init_brings_them_where_they_are_missing() -> None:
    site, schedule = a_site(), a_schedule(monday="08:00-18:00")
    feed.create("east", epoch=1)
    assert body(Kind.SITE, site_key("house"), "east") is None
    operations.append_places()
    for name in ("east", EVERYONE):
        assert site_of(body(Kind.SITE, site_key("house"), name)).calendar.zone == "Europe/Berlin"
        assert schedule_of(body(Kind.SCHEDULE, schedule_key("opening"), name)).weekly
    heads = [feed_queries.head(name) for name in ("east", EVERYONE)]
    call_command("init", verbosity=0)
    assert [feed_queries.head(name) for name in ("east", EVERYONE)] == heads
    site.time_zone = "UTC"
    operations.save_site(site)
    operations.delete_schedules([schedule])
    for name in ("east", EVERYONE):
        assert site_of(body(Kind.SITE, site_key("house"), name)).calendar.zone == "UTC"
        assert body(Kind.SCHEDULE, schedule_key("opening"), name) is None
        assert feed_queries.head(name).digest == feed_queries.digest_from_rows(name)


def test_edges_decide_by_them() -> None:
    site, schedule = a_site(), a_schedule(monday="08:00-18:00", observes_holidays=True)
    permission = members.save_permission(Permission(slug="front-door", name="Front door"))
    plan = members.save_plan(Plan(name="Daytime"))
    members.save_grant(Grant(plan=plan, permission=permission, schedule=schedule), [])
    customer = members.save_customer(Customer(name="Member with a day plan"))
    code = codes.decrypt(members.issue_card(customer))
    starts_at = datetime(2026, 1, 1, tzinfo=UTC)
    members.save_membership(Membership(plan=plan, customer=customer, starts_at=starts_at))
    at_eight, policy = datetime(2026, 11, 23, 7, tzinfo=UTC), Policy(site="house")
    assert decision(code, "front-door", at_eight, policy).reason is Reason.GRANTED
    assert decision(code, "front-door", at_eight.replace(hour=17), policy).reason is Reason.OUTSIDE_HOURS
    operations.replace_holidays(site, [Holiday(site=site, day=23, month=11)])
    assert decision(code, "front-door", at_eight, policy).reason is Reason.OUTSIDE_HOURS
