"""Feeds that hold less than everybody's, for tests: what each should have, told from everybody's in one look."""

from contract.feed import Change, Kind
from hub.feed import queries
from hub.feed.following import selection_of
from hub.feed.models import Assignment, Feed
from hub.feed.named_operations import Holding
from hub.feed.operations import EVERYONE
from hub.feed.selection import holder_of, seen
from hub.fleet import feed_operations
from hub.fleet.feed_operations import Chosen

Rows = dict[tuple[int, bytes], tuple[bytes, bytes | None]]


def live(feed_name: str) -> list[Change]:
    rows = queries.rows_after(feed_name, 0, 1_000_000)
    return [Change(Kind(row.kind), row.key, row.ref, row.body) for row in rows if row.body is not None]


def rows_in(feed_name: str) -> Rows:
    return {(each.kind, each.key): (each.ref, each.body) for each in live(feed_name)}


def kinds_in(feed_name: str) -> dict[Kind, int]:
    counted: dict[Kind, int] = {}
    for each in live(feed_name):
        counted[each.kind] = counted.get(each.kind, 0) + 1
    return counted


def rows_due(feed_name: str) -> Rows:
    """What it should have, secrets aside."""
    feed = Feed.objects.get(name=feed_name)
    rows = [each for each in live(EVERYONE) if each.kind is not Kind.ROTATING]
    inside = _inside(feed_name, rows)
    selection = selection_of(feed)
    due: Rows = {}
    for each in rows:
        shown = seen(selection, each)
        if shown.body is not None and (feed.all_holders or holder_of(each) in inside):
            due[each.kind, each.key] = shown.ref, shown.body
    return due


def _inside(feed_name: str, rows: list[Change]) -> set[bytes | None]:
    assigned = queries.assigned(feed_name, Assignment.What.HOLDER)
    links = [(each.key[:9], each.ref) for each in rows if each.kind is Kind.LINK]
    brought = {person for person, company in links if company in assigned}
    people = {each.key for each in rows if each.kind is Kind.CUSTOMER} & (assigned | brought)
    companies = {company for person, company in links if person in people}
    return {None, *people, *companies, *(each for each in assigned if each[:1] == b"O")}


def assert_narrow(*feed_names: str) -> None:
    """Each has what it should, numbered and counted right."""
    for name in feed_names:
        had = {identity: row for identity, row in rows_in(name).items() if identity[0] != Kind.ROTATING}
        assert had == rows_due(name)
        assert queries.head(name).digest == queries.digest_from_rows(name)


def counters(chosen: Chosen, *, with_names: bool = True, all_permissions: bool = True) -> str:
    """A feed of some holders."""
    holding = Holding(with_names, False, all_permissions)
    return feed_operations.create_feed("counters", 1, holding, chosen).name
