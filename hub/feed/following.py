"""How a feed beside everybody's follows that one: which of its rows it has, given who and what is assigned to it.

A customer is in a feed by assignment, or by a link to a company that is assigned; then their row is there. A
company is in it by assignment, or since somebody is there who has a link to it. So decisions there come out
the same: all that serves a customer travels with them, and a company's membership stays one row.
Computes changes and writes nothing (operations.py does); both feeds are held meanwhile.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from contract.feed import Change, Kind, rotating_key
from contract.rows import gone
from hub.feed import queries
from hub.feed.holders import linked_companies, rows_about
from hub.feed.models import Assignment, Feed
from hub.feed.selection import HOLDER_KEY_BYTES, Selection, holder_of, seen

_KEYS_AT_ONCE = 500


class Following:
    """One feed in one transaction. What it yields is to be written before the next is asked for.

    `came`: customers who are in it since then.
    """

    def __init__(self, feed: Feed, everyone_id: int) -> None:
        self.came: set[bytes] = set()
        self._feed = feed
        self._everyone_id = everyone_id
        self._selection = selection_of(feed)

    def spread(self, changes: Iterable[Change]) -> Iterator[list[Change]]:
        """What follows from changes that everybody's feed has just had. Secrets go to each feed by themselves."""
        common = [each for each in changes if each.kind is not Kind.ROTATING]
        if not self._feed.all_holders:
            relinked = {each.key[:HOLDER_KEY_BYTES] for each in common if each.kind is Kind.LINK}
            yield from self.settle(relinked)
        yield self.visible(common)

    def visible(self, changes: Sequence[Change]) -> list[Change]:
        """These rows as the feed shows them, as gone where it does not."""
        if self._feed.all_holders:
            return [seen(self._selection, each) for each in changes]
        inside = self._inside(changes)
        return [seen(self._selection, each) if _place_of(each) in inside else gone(each) for each in changes]

    def settle(self, customers: Collection[bytes], companies: Collection[bytes] = ()) -> Iterator[list[Change]]:
        """Brings the feed to what it should have of these holders, and of companies that come or go with them."""
        if not (customers or companies):
            return
        there = rows_about(self._everyone_id, customers)
        here = rows_about(self._feed.id, customers)
        touched = {each.ref for each in (*there, *here) if each.kind is Kind.LINK} | set(companies)
        before = self._companies_inside(touched)
        inside = self._should_be_inside(there)
        self.came |= inside - {each.key for each in here if each.kind is Kind.CUSTOMER}
        yield self._moved([each for each in there if holder_of(each) in inside], here)
        after = self._companies_inside(touched)
        moved = (before ^ after) | set(companies)
        yield self._moved(rows_about(self._everyone_id, moved & after), rows_about(self._feed.id, moved))

    def _moved(self, wanted: Iterable[Change], here: Iterable[Change]) -> list[Change]:
        """What is wanted, and as gone what is here and not wanted."""
        shown = [seen(self._selection, each) for each in wanted]
        kept = {(each.kind, each.key) for each in shown}
        leaving = [each for each in here if (each.kind, each.key) not in kept]
        cards = [each.key for each in leaving if each.kind is Kind.CARD]
        secrets = [Change(Kind.ROTATING, rotating_key(each), b"", None) for each in cards]
        return [*map(gone, leaving), *secrets, *shown]

    def _should_be_inside(self, there: Sequence[Change]) -> set[bytes]:
        people = {each.key for each in there if each.kind is Kind.CUSTOMER}
        links = [each for each in there if each.kind is Kind.LINK]
        assigned = self._assigned(people | {each.ref for each in links})
        return people & (assigned | {each.key[:HOLDER_KEY_BYTES] for each in links if each.ref in assigned})

    def _inside(self, changes: Sequence[Change]) -> set[object]:
        """Of the places that these rows have, those that are in the feed."""
        holders = {each for each in map(holder_of, changes) if each is not None}
        customers = [each for each in holders if each[:1] == b"C"]
        cards = [each.key for each in changes if each.kind is Kind.ROTATING]
        return {
            None,
            *queries.live_bodies(self._feed.name, Kind.CUSTOMER, customers),
            *self._companies_inside(holders - set(customers)),
            *((Kind.CARD, each) for each in queries.live_bodies(self._feed.name, Kind.CARD, cards)),
        }

    def _companies_inside(self, companies: Collection[bytes]) -> set[bytes]:
        return self._assigned(companies) | linked_companies(self._feed.id, companies)

    def _assigned(self, holders: Collection[bytes]) -> set[bytes]:
        keys, found = sorted(holders), set()
        of_feed = Assignment.objects.filter(feed=self._feed, what=Assignment.What.HOLDER)
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = of_feed.filter(key__in=keys[start : start + _KEYS_AT_ONCE])
            found.update(map(bytes, some.values_list("key", flat=True)))
        return found


def selection_of(feed: Feed) -> Selection:
    if feed.all_permissions:
        return Selection(feed.with_names)
    named = {what: set[str]() for what in Assignment.What}
    chosen = Assignment.objects.filter(feed=feed).exclude(what=Assignment.What.HOLDER)
    for what, key in chosen.values_list("what", "key"):
        named[Assignment.What(what)].add(bytes(key).decode())
    return Selection(
        feed.with_names,
        frozenset(named[Assignment.What.PERMISSION]),
        frozenset(named[Assignment.What.AREA]),
    )


def _place_of(change: Change) -> object:
    """What has to be in the feed for this row to be there."""
    return (Kind.CARD, change.key) if change.kind is Kind.ROTATING else holder_of(change)
