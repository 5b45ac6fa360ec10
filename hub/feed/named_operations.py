"""Feeds beside everybody's: made, and what is assigned to them. Each brings its rows in, or takes them out, in
transactions of at most 1,000 rows, or of 100 holders with all that is theirs.

All of it is from what is assigned to what should be there: done again, it completes what was interrupted.
Must not know what a customer, a company or a permission is (hub/fleet/feed_operations.py does).
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from contract.feed import Change, Kind
from contract.topics import is_name
from hub.audit import operations as audit
from hub.feed import queries
from hub.feed.following import Following
from hub.feed.holders import people_of
from hub.feed.models import Assignment, Feed
from hub.feed.operations import EVERYONE, FeedWriteError, bring, create, hold
from hub.feed.selection import COMMON

AT_ONCE: Final = 1_000
HOLDERS_AT_ONCE: Final = 100
_FOLLOWED: Final = tuple(kind for kind in Kind if kind is not Kind.ROTATING)
_OF_PERMISSIONS: Final = (Kind.PLAN, Kind.USE, Kind.POOL_USE)
_OF_AREAS: Final = (Kind.PASSAGE,)
What = Assignment.What


class Parts(NamedTuple):
    """Keys of customers and companies (contract.feed), slugs of permissions and areas."""

    holders: frozenset[bytes] = frozenset()
    permissions: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()

    def pairs(self) -> list[tuple[str, bytes]]:
        """As they are stored."""
        return [
            *((What.HOLDER.value, key) for key in sorted(self.holders)),
            *((What.PERMISSION.value, slug.encode()) for slug in sorted(self.permissions)),
            *((What.AREA.value, slug.encode()) for slug in sorted(self.areas)),
        ]


class Holding(NamedTuple):
    """What a feed holds less than everybody's."""

    with_names: bool = True
    all_holders: bool = True
    all_permissions: bool = True
    parts: Parts = Parts()


def create_named(name: str, epoch: int, holding: Holding, told: audit.Values | None = None) -> None:
    """Begins a feed and fills it; `epoch` in Unix milliseconds. `told`: what the audit log is to say of what is
    assigned, here and below. FeedWriteError: there is one of that name, no
    edge could follow it, or it is to hold all of something and only some of it."""
    if not is_name(name):
        raise FeedWriteError(
            _("%(name)s should be a name of a feed, as in partner-counters") % {"name": repr(name)}
        )
    with transaction.atomic():
        # Nobody writes to everybody's feed meanwhile, so whoever does next finds this one.
        hold(EVERYONE)
        whole = {key: value for key, value in holding._asdict().items() if key != "parts"}
        if not create(name, epoch, **whole):
            raise FeedWriteError(
                _("there is a feed %(name)s already: choose another name, or assign to that one")
                % {"name": repr(name)}
            )
        _add(hold(name), holding.parts)
        audit.note("created", hold(name), None, whole | (told or {}))
    fill(name)


def fill(name: str) -> None:
    """Brings the feed to all that it should have."""
    with transaction.atomic():
        all_holders = hold(name).all_holders
    _follow(name, EVERYONE, _FOLLOWED if all_holders else COMMON)
    if not all_holders:
        _settle(name, queries.assigned(name, What.HOLDER))


def assign(name: str, parts: Parts, told: audit.Values | None = None) -> None:
    """These are in the feed from now on. FeedWriteError: it has all of them."""
    with transaction.atomic():
        feed = hold(name)
        _add(feed, parts)
        audit.note("assigned", feed, None, told)
    _settle(name, parts.holders)
    _follow(name, EVERYONE, _kinds_of(parts))


def unassign(name: str, parts: Parts, told: audit.Values | None = None) -> None:
    """These are in the feed no more. FeedWriteError: it has all of them, assigned or not."""
    with transaction.atomic():
        feed = hold(name)
        _check(feed, parts)
        for what, key in parts.pairs():
            Assignment.objects.filter(feed=feed, what=what, key=key).delete()
        audit.note("unassigned", feed, told, None)
    _settle(name, parts.holders)
    _follow(name, name, _kinds_of(parts))


def _add(feed: Feed, parts: Parts) -> None:
    _check(feed, parts)
    new = [Assignment(feed=feed, what=what, key=key) for what, key in parts.pairs()]
    Assignment.objects.bulk_create(new, ignore_conflicts=True, batch_size=AT_ONCE)


def _check(feed: Feed, parts: Parts) -> None:
    if parts.holders and feed.all_holders:
        raise FeedWriteError(
            _("feed %(feed)s holds everybody: make another one for some of them") % {"feed": repr(feed.name)}
        )
    if (parts.permissions or parts.areas) and feed.all_permissions:
        raise FeedWriteError(
            _("feed %(feed)s has all permissions: make another one for some of them") % {"feed": repr(feed.name)}
        )


def _kinds_of(parts: Parts) -> tuple[Kind, ...]:
    return (_OF_PERMISSIONS if parts.permissions else ()) + (_OF_AREAS if parts.areas else ())


def _settle(name: str, holders: Collection[bytes]) -> None:
    """The holders, and whoever companies among them bring along: as everybody's feed has their links, or this
    one still has."""
    companies = {each for each in holders if each[:1] == b"O"}
    ids = dict(Feed.objects.filter(name__in=(name, EVERYONE)).values_list("name", "pk"))
    people = set(holders) - companies
    if companies:
        people |= people_of(ids[EVERYONE], companies) | people_of(ids[name], companies)
    for some in _chunks(sorted(people), HOLDERS_AT_ONCE):
        _settle_some(name, some, ())
    for some in _chunks(sorted(companies), HOLDERS_AT_ONCE):
        _settle_some(name, (), some)


def _settle_some(name: str, customers: Collection[bytes], companies: Collection[bytes]) -> None:
    with transaction.atomic():
        everyone, feed = hold(EVERYONE), hold(name)
        following = Following(feed, everyone.pk)
        bring(feed, following, following.settle(customers, companies))


def _follow(name: str, source: str, kinds: Iterable[Kind]) -> None:
    """What everybody's feed has of the rows that `source` has, as this one shows them."""
    for kind in kinds:
        last = b""
        while keys := queries.live_keys_after(source, kind, last, AT_ONCE):
            _follow_some(name, kind, keys)
            last, _ref = keys[-1]


def _follow_some(name: str, kind: Kind, keys: list[tuple[bytes, bytes]]) -> None:
    with transaction.atomic():
        everyone, feed = hold(EVERYONE), hold(name)
        bodies = queries.live_rows(EVERYONE, kind, [key for key, _ in keys])
        rows = [Change(kind, key, *bodies.get(key, (ref, None))) for key, ref in keys]
        following = Following(feed, everyone.pk)
        bring(feed, following, [following.visible(rows)])


def _chunks(keys: list[bytes], count: int) -> Iterator[list[bytes]]:
    for start in range(0, len(keys), count):
        yield keys[start : start + count]
