"""Staff's pages of sites, schedules and readers."""

import html
import tomllib
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contract import reader_configuration
from contract.configuration import parse_configuration
from hub.fleet import edge_toml
from hub.fleet.hours_admin import week_text
from hub.fleet.models import Edge, Reader, Schedule, ScheduleException, Site
from hub.fleet.rows import policy_of
from hub.members.models import Permission
from hub.partners.models import Partner
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact
from tests.hub.staff_pages import address, history, inline, post

WEEK = {"monday": "8:00-18:00", "tuesday": "08:00-18:00", "saturday": "20:00-04:00", "sunday": ""}


@pytest.fixture
def staff(sqlite_example: Database) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


def page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def refused(client: Client, url: str, **fields: object) -> str:
    response = client.post(url, fields)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def schedule(staff: Client) -> Schedule:
    days = inline(
        "exceptions",
        {"day": 27, "month": 11, "year": 2026, "windows": "12:00-15:00", "name": "Inventory"},
        {"day": 24, "month": 12, "year": "", "windows": "", "name": ""},
    )
    post(staff, address(Schedule, "add"), name="Opening hours", slug="opening", **WEEK, **days)
    return Schedule.objects.get(slug="opening")


def test_a_week_is_written_as_text(staff: Client, schedule: Schedule) -> None:
    assert (schedule.monday, schedule.wednesday, schedule.sunday) == ("08:00-18:00", "closed", "closed")
    assert [each.windows for each in schedule.exceptions.all()] == ["12:00-15:00", "closed"]
    assert week_text(schedule) == "Mon-Tue 08:00-18:00; Sat 20:00-04:00"
    assert "Mon-Tue 08:00-18:00" in page(staff, address(Schedule, "changelist"))
    assert 'name="slug"' not in page(staff, address(Schedule, "change", schedule.pk))
    said = refused(
        staff, address(Schedule, "add"), name="Late", slug="late", friday="26:00-27:00", **inline("exceptions")
    )
    assert "26:00 is no time of day: write 00:00 to 24:00." in said


def test_days_are_changed_together(staff: Client, schedule: Schedule) -> None:
    url = address(Schedule, "change", schedule.pk)
    first, second = schedule.exceptions.order_by("month")
    rows = [
        {"id": first.pk, "schedule": schedule.pk, "day": 27, "month": 11, "year": 2026, "windows": "12:00-16:00"},
        {"id": second.pk, "schedule": schedule.pk, "day": 24, "month": 12, "DELETE": "on"},
        {"day": 31, "month": 12, "windows": "08:00-12:00"},
    ]
    post(staff, url, name="Opening hours", **WEEK, **inline("exceptions", *rows, initial=2))
    assert [(each.day, each.windows) for each in schedule.exceptions.order_by("month", "day")] == [
        (27, "12:00-16:00"),
        (31, "08:00-12:00"),
    ]
    assert "exception" in history(schedule)[-1].lower()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([{"day": 30, "month": 2, "windows": ""}], "There is no 30 February"),
        ([{"day": 1, "month": 5, "windows": "noon"}], "“noon” is no opening"),
        ([{"day": 1, "month": 5}, {"day": 1, "month": 5}], "1 May (every year) stands here twice"),
    ],
)
def test_days_that_cannot_be_are_refused_on_the_page(
    staff: Client, days: list[dict[str, object]], words: str
) -> None:
    said = refused(staff, address(Schedule, "add"), name="Late", slug="late", **inline("exceptions", *days))
    assert words in said
    said = refused(
        staff,
        address(Site, "add"),
        name="lake",
        time_zone="UTC",
        week_starts_on=0,
        day_starts_at="00:00",
        **inline("holidays", *days),
    )
    assert words in said
    assert not Schedule.objects.filter(slug="late").exists()


def test_a_sites_page(staff: Client) -> None:
    fields = {"name": "lake", "week_starts_on": 6, "day_starts_at": "06:00"}
    said = refused(staff, address(Site, "add"), **fields, time_zone="Atlantis/Sea", **inline("holidays"))
    assert "is no time zone: names are like Europe/Berlin or UTC" in said
    holidays = inline("holidays", {"day": 1, "month": 1, "windows": "closed", "name": "New Year"})
    post(staff, address(Site, "add"), **fields, time_zone="America/New_York", **holidays)
    lake = Site.objects.get(name="lake")
    assert str(lake.holidays.get()) == "1 January (every year)"
    assert 'name="name"' not in page(staff, address(Site, "change", lake.pk))


def test_the_picture_of_a_schedule(staff: Client, schedule: Schedule) -> None:
    url = address(Schedule, "change", schedule.pk)
    Site.objects.create(name="lake", time_zone="America/New_York")
    shown = page(staff, f"{url}?from=2026-11-20")
    assert shown.count('<div class="schedule-day') == 15
    assert "clubhouse" in shown
    assert "Inventory" in shown
    assert "until 04:00 from the day before" in shown
    assert "clocks go" not in shown
    forward = page(staff, f"{url}?site=lake&from=2027-03-10")
    assert "America/New_York" in forward
    assert "23 hours: clocks go forward" in forward
    assert '<rect class="skipped" x="120" width="60"' in forward
    assert "25 hours: clocks go back" in page(staff, f"{url}?site=lake&from=2026-10-25")
    for nonsense in ("?site=nowhere", "?from=never", "?from=9999-12-31", "?from=0001-01-01"):
        assert "◂" in page(staff, url + nonsense)


def test_without_a_site_there_is_no_picture(staff: Client, schedule: Schedule) -> None:
    Reader.objects.all().delete()
    Edge.objects.all().delete()
    Site.objects.all().delete()
    assert "There is no site yet" in page(staff, address(Schedule, "change", schedule.pk))


def test_who_may_not_look_sees_no_picture(staff: Client, schedule: Schedule) -> None:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    url = address(Schedule, "change", schedule.pk)
    assert client.get(url).status_code == 403
    User.objects.get(username="clerk").user_permissions.add(Right.objects.get(codename="view_schedule"))
    assert "schedule-picture" in page(client, url)


def test_a_readers_page_says_what_cannot_be(staff: Client) -> None:
    reader = Reader.objects.filter(kind="door").first()
    fields = {
        "edge": reader.edge_id,
        "name": reader.name,
        "kind": "door",
        "permission": reader.permission_id,
        "mode": "redeem",
        "enabled": "on",
        "codes": "static",
        "clock": "unknown",
        "direction": "in",
        "passback": "hard",
        "posture": "secure",
        "confirm_seconds": "1.0",
    }
    url = address(Reader, "change", reader.pk)
    assert "This is missing; it should be there where passback is" in refused(staff, url, **fields)
    post(staff, url, **fields, area="house")
    reader.refresh_from_db()
    assert (reader.passback, reader.area, reader.attended) == ("hard", "house", False)


def test_pages_ask_the_same_number_of_questions_for_more_rows(staff: Client, schedule: Schedule) -> None:
    edge, door = Edge.objects.get(), Reader.objects.get(name="door")
    urls = [
        address(Edge, "change", edge.pk),
        address(Schedule, "change", schedule.pk),
        address(Reader, "changelist"),
        address(Schedule, "changelist"),
    ]

    def questions() -> list[int]:
        counted = []
        for url in urls:
            with CaptureQueriesContext(connection) as asked:
                assert staff.get(url).status_code == 200
            counted.append(len(asked))
        return counted

    questions()  # What is asked once in a process is known now.
    few = questions()
    Reader.objects.bulk_create(
        Reader(edge=edge, name=f"door-{number}", kind="door", permission_id=door.permission_id)
        for number in range(8)
    )
    ScheduleException.objects.bulk_create(
        ScheduleException(schedule=schedule, day=number, month=6) for number in range(1, 9)
    )
    Schedule.objects.bulk_create(Schedule(slug=f"hours-{number}", name="Hours") for number in range(8))
    assert questions() == few
    ScheduleException.objects.all().delete()
    Schedule.objects.filter(slug__startswith="hours-").delete()


def test_a_readers_page_says_what_to_write_into_edge_toml(staff: Client) -> None:
    counter = Reader.objects.get(name="counter")
    said = html.unescape(page(staff, address(Reader, "change", counter.pk)))
    assert edge_toml.reader_toml(counter) in said
    assert tomllib.loads(edge_toml.reader_toml(counter)) == {
        "readers": [
            {
                "name": "counter",
                "kind": "counter",
                "permission": "glass-of-wine",
                "partner": "wine-bar",
                "undo_permission": "undo",
            }
        ]
    }
    whole = html.unescape(page(staff, address(Edge, "change", counter.edge_id)))
    assert 'edge = "clubhouse"\nfeed = "everyone"\nsite = "clubhouse"\n' in whole
    assert whole.count("[[readers]]") == 3
    assert "[[readers]]" not in page(staff, address(Reader, "changelist"))


def test_an_edge_takes_what_its_readers_pages_say(staff: Client, schedule: Schedule) -> None:
    door = Reader.objects.get(name="door")
    door.enabled, door.attended, door.posture, door.mode = False, False, "free", "identify"
    door.codes, door.rescan_seconds, door.clock, door.confirm_seconds = "rotating_strictly", 2.5, "synced", 0.5
    door.replica_age_seconds_max, door.area, door.passback, door.passback_seconds = 60, "hall", "hard", 600
    door.partner, door.unlocked_schedule = Partner.objects.get(), schedule
    door.lockdown_permission = Permission.objects.get(slug="undo")
    said = edge_toml.reader_toml(door).replace("# and what", 'device = "/dev/tty1"\nrelay_pin = 17\n# and what')
    head = 'edge = "e"\nfeed = "f"\nsite = "s"\n'
    sections = '[broker]\nhost = "h"\n[hardware]\npin_factory = "mock"\n'
    [read] = parse_configuration(head + sections + said).readers
    assert reader_configuration.policy_of(read, door.edge.site.name) == policy_of(door)
    for word in ("name", "kind", "mode", "posture", "rescan_seconds", "confirm_seconds"):
        assert getattr(read, word) == getattr(door, word)
    assert read.unlocked_schedule == "opening"
