"""Every write to a feed. Sequence order is commit order: numbers are taken under the feed's lock.

Whoever changes data that a feed shows calls `hold` first in the same transaction, then reads, writes and calls
`append`; so what is appended was computed from what will be committed. The domain appends to everybody's feed;
the others follow it in the same transaction (following.py), and who is assigned to them is in named_operations.py.
Who needs other locks as well takes them before the feed's; several feeds are held in the order of
hub.feed.queries.names, the one of everybody first.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contract.feed import BODY_BYTES_MAX, Change, Kind, digest_bytes, moved_digest, row_digest
from hub.errors import HubError
from hub.feed import queries
from hub.feed.following import Following
from hub.feed.history import keep_superseded
from hub.feed.models import Assignment, Epoch, Feed
from hub.feed.signals import customers_came

EVERYONE: Final = "everyone"
"""The feed that holds everybody; `init` makes it first."""
EPOCH_MAX: Final = 2**53
"""Messages carry no larger number (contract.messages.Epoch)."""
ROWS_AT_ONCE: Final = 500
"""Keys in one question: SQLite takes 32,766 variables, and longer questions are not answered faster."""

Identity = tuple[int, bytes]
"""kind and key: what one row is about."""
Content = tuple[bytes, bytes | None]
"""ref and body."""

_UPSERT: Final = """
    INSERT INTO feed_feedrow (feed_id, kind, key, ref, body, sequence) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (feed_id, kind, key)
    DO UPDATE SET ref = excluded.ref, body = excluded.body, sequence = excluded.sequence
"""


class FeedWriteError(HubError):
    """A feed was written outside a transaction, there is no such feed, or a row is larger than edges take."""


def create(name: str, epoch: int, **holding: bool) -> bool:
    """Begins the feed `name` unless it is there; `epoch` in Unix milliseconds. Whether it was made. `holding`:
    what it leaves out (hub.feed.models.Feed)."""
    empty = {"epoch": epoch, "digest": digest_bytes(0), **holding}
    with transaction.atomic():
        feed, made = Feed.objects.get_or_create(name=name, defaults=empty)
        if made:
            Epoch.objects.create(feed=feed, epoch=epoch, began_at_sequence=0)
    return made


def begin_epoch(name: str, ended: int, now_ms: int, asked_by: str = "", began_at: datetime | None = None) -> bool:
    """A new history of the feed, above epoch `ended`, in Unix milliseconds; False where it has begun already.

    For a hub that was put back from a backup: edges have seen rows that it knows nothing of. What it has itself
    written meanwhile counts to the old epoch, though edges may have had other rows under the same numbers.
    FeedWriteError: above what edges can read.
    """
    with transaction.atomic():
        feed = hold(name)
        if feed.epoch != ended:
            return False
        feed.epoch = max(now_ms, ended + 1)
        if feed.epoch > EPOCH_MAX:
            raise FeedWriteError(f"epoch {feed.epoch} of {name!r} is above {EPOCH_MAX}: edges cannot read it")
        feed.save(update_fields=["epoch"])
        Epoch.objects.create(
            feed=feed,
            epoch=feed.epoch,
            began_at_sequence=feed.sequence,
            asked_by=asked_by,
            began_at=began_at,
        )
        return True


def hold(feed_name: str) -> Feed:
    """The feed, locked until the transaction ends: nobody else appends to it meanwhile.

    PostgreSQL locks its row (not its key, which edges refer to); on SQLite the transaction itself is the lock,
    being IMMEDIATE.
    """
    if not connection.in_atomic_block:
        raise FeedWriteError("a feed is written inside the transaction that changes the data: use atomic()")
    feed = Feed.objects.select_for_update(no_key=True).filter(name=feed_name).first()
    if feed is None:
        raise FeedWriteError(f"there is no feed {feed_name!r}: run `doorward-hub init`")
    return feed


def append(feed_name: str, changes: Iterable[Change]) -> tuple[int, int]:
    """Brings the feed to what `changes` say, numbering each row that really changes; the last of a key wins.

    Of everybody's feed, all others follow it. To another one these are as it shows them.
    The epoch and sequence that the feed then has. To be called in the transaction that changes the data.
    """
    feed = hold(feed_name)
    wanted = list(changes)
    if feed_name == EVERYONE:
        _bring(feed, wanted)
        _spread(feed, wanted)
    else:
        _bring(feed, Following(feed, feed.pk).visible(wanted))
    return feed.epoch, feed.sequence


def bring(feed: Feed, steps: Following, changes: Iterable[list[Change]]) -> None:
    """Writes what a feed that is held follows from everybody's, step by step."""
    for each in changes:
        _bring(feed, each)
    if steps.came and feed.rotating:
        customers_came.send(Feed, feed_name=feed.name, customers=frozenset(steps.came))


def _spread(everyone: Feed, changes: list[Change]) -> None:
    for name in queries.names() if changes else ():
        if name == EVERYONE:
            continue
        feed = hold(name)
        following = Following(feed, everyone.pk)
        bring(feed, following, following.spread(changes))
    lost = [each.key for each in changes if each.kind is Kind.CUSTOMER and each.body is None]
    forget_holders(lost)


def forget_holders(holders: Sequence[bytes]) -> None:
    """Customers and companies that are gone are assigned to no feed any more."""
    for start in range(0, len(holders), ROWS_AT_ONCE):
        of_these = Assignment.objects.filter(key__in=holders[start : start + ROWS_AT_ONCE])
        of_these.filter(what=Assignment.What.HOLDER).delete()


def _bring(feed: Feed, changes: Sequence[Change]) -> None:
    wanted = {(int(change.kind), change.key): (change.ref, change.body) for change in changes}
    _check_sizes(wanted)
    old = _contents(feed, list(wanted))
    moved = [(identity, content) for identity, content in wanted.items() if _differs(old.get(identity), content)]
    if moved:
        numbered = list(enumerate(moved, start=feed.sequence + 1))
        keep_superseded(feed, [(*identity, number) for number, (identity, _) in numbered if identity in old])
        _write(feed, numbered)
        _move_head(feed, moved, old)


def mark_rotating(feed_name: str, rotating: bool) -> None:
    """Whether the feed carries the secrets of rotating codes; who marks it brings its rows to that."""
    marked = hold(feed_name)
    marked.rotating = rotating
    marked.save(update_fields=["rotating"])


def hold_all() -> None:
    """`hold`, every feed that there is, in one order for everybody."""
    for name in queries.names():
        hold(name)


def append_to_all(changes: Iterable[Change]) -> None:
    """`append` to everybody's feed, which all others follow; nothing is held where nothing changes."""
    if wanted := list(changes):
        append(EVERYONE, wanted)


def _check_sizes(wanted: dict[Identity, Content]) -> None:
    largest = max((len(body) for _, body in wanted.values() if body is not None), default=0)
    if largest > BODY_BYTES_MAX:
        raise FeedWriteError(
            _("this takes %(bytes)s bytes as a row, and edges take %(most)s: shorten it or split it")
            % {"bytes": largest, "most": BODY_BYTES_MAX}
        )


def _differs(old: Content | None, new: Content) -> bool:
    if new[1] is None:
        return old is not None and old[1] is not None
    return old != new


def _contents(feed: Feed, identities: Sequence[Identity]) -> dict[Identity, Content]:
    """Refs and bodies of the rows that are there, tombstones included."""
    found: dict[Identity, Content] = {}
    for kind in {identity[0] for identity in identities}:
        keys = [key for each, key in identities if each == kind]
        for start in range(0, len(keys), ROWS_AT_ONCE):
            found.update(_contents_of_kind(feed, kind, keys[start : start + ROWS_AT_ONCE]))
    return found


def _contents_of_kind(feed: Feed, kind: int, keys: Sequence[bytes]) -> dict[Identity, Content]:
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, ref, body FROM feed_feedrow WHERE feed_id = %s AND kind = %s AND key IN ({places})",  # noqa: S608
            [feed.id, kind, *keys],
        )
        return {(kind, bytes(key)): (bytes(ref), _maybe_bytes(body)) for key, ref, body in cursor.fetchall()}


def _maybe_bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _write(feed: Feed, numbered: Iterable[tuple[int, tuple[Identity, Content]]]) -> None:
    rows = [(feed.id, kind, key, ref, body, sequence) for sequence, ((kind, key), (ref, body)) in numbered]
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, rows)


def _move_head(feed: Feed, moved: Sequence[tuple[Identity, Content]], old: dict[Identity, Content]) -> None:
    removed = [(identity, old[identity]) for identity, _ in moved if identity in old]
    digest = moved_digest(int.from_bytes(feed.digest, "big"), _digests(removed), _digests(moved))
    feed.sequence += len(moved)
    feed.digest = digest_bytes(digest)
    feed.save(update_fields=["sequence", "digest"])


def _digests(rows: Iterable[tuple[Identity, Content]]) -> list[int]:
    return [row_digest(kind, key, ref, body) for (kind, key), (ref, body) in rows if body is not None]
