"""Staff's pages of edges: a light for each at a glance, and all that an edge said."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.messages import ReaderPresence
from contract.trust import ClockState
from hub.feed.models import Feed
from hub.fleet import operations
from hub.fleet.models import Edge
from hub.watch.operations import end_worker, note_worker
from tests.hub.conftest import Database
from tests.hub.presences import well
from tests.hub.scans import Club, small_club
from tests.hub.staff_pages import address

pytestmark = pytest.mark.any_database


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


@pytest.fixture(autouse=True)
def worker(club: Club) -> None:
    note_worker("worker", now(), True, {}, now())


@pytest.fixture
def feed(club: Club) -> Feed:
    return Feed.objects.get(pk=club.edge.feed_id)


@pytest.fixture
def staff(club: Club) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def now() -> datetime:
    return timezone.now()


def test_without_a_worker_nothing_is_said_of_edges(staff: Client, feed: Feed, club: Club) -> None:
    operations.note_presence("clubhouse", well(feed), now())
    end_worker("worker")
    assert "-\u00a0not known" in page(staff, address(Edge, "changelist"))
    shown = page(staff, address(Edge, "change", club.edge.pk))
    assert 'class="edge-presence grey"' in shown
    assert "start doorward-hub worker" in shown


def test_the_list_shows_a_light_for_each_edge(staff: Client, feed: Feed, club: Club) -> None:
    url = address(Edge, "changelist")
    assert "never heard of" in page(staff, url)
    operations.note_presence("clubhouse", well(feed), now())
    shown = page(staff, url)
    assert "✓\u00a0online" in shown
    operations.note_presence("clubhouse", well(feed, clock=ClockState.UNKNOWN, version="<b>"), now())
    shown = page(staff, url)
    assert "!\u00a0online, but" in shown
    assert "clock unknown" in shown
    operations.note_presence("clubhouse", well(feed, 1, online=False), now())
    assert "✕\u00a0offline" in page(staff, url)


def test_an_edges_page_shows_all_that_it_said(staff: Client, feed: Feed, club: Club) -> None:
    url = address(Edge, "change", club.edge.pk)
    assert "nothing has come from it" in page(staff, url)
    closed = [ReaderPresence(name="<door>", open=False), ReaderPresence(name="counter", open=True)]
    operations.note_presence("clubhouse", well(feed, readers=closed, last=9, version="1.2 <i>"), now())
    shown = page(staff, url)
    for text in (
        "2 rows waiting",
        "1.2 &lt;i&gt;",
        "&lt;door&gt;: port closed",
        "counter: port open",
        "clock synced",
        "What it said last, as of ",
    ):
        assert text in shown
    assert "edge-presence" not in page(staff, address(Edge, "add"))


def test_a_journal_that_takes_no_rows_is_amber_and_says_what_to_do(staff: Client, feed: Feed, club: Club) -> None:
    for fault, what in (("disk_full", "Make room on its disk"), ("<new>", "what it says is &lt;new&gt;")):
        operations.note_presence("clubhouse", well(feed, journal_fault=fault), now())
        assert "its journal takes no rows" in page(staff, address(Edge, "changelist"))
        assert what in page(staff, address(Edge, "change", club.edge.pk))
    operations.note_presence("clubhouse", well(feed), now())
    assert "its journal takes no rows" not in page(staff, address(Edge, "changelist"))


@pytest.mark.both_databases
def test_more_edges_ask_no_more_of_the_database(staff: Client, feed: Feed, club: Club) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(staff, address(Edge, "changelist"))
        return len(asked)

    operations.note_presence("clubhouse", well(feed), now())
    questions()
    few = questions()
    for number in range(6):
        name = f"edge-{number}"
        Edge.objects.create(name=name, site=club.edge.site, feed=feed)
        if number % 2:
            operations.note_presence(name, well(feed), now())
    assert questions() == few
