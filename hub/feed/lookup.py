"""All rows that belong to one card, or to one customer: now, or as the feed stood at an earlier sequence.

The hub's twin of what an edge asks its replica. One SQL statement, which sees one commit's state on SQLite and
PostgreSQL alike, so the rows always belong to the position beside them.
"""

from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from contract.facts import Position
from contract.feed import customer_key, key_range_end
from contract.gathering import StoredRow
from hub.errors import HubError
from hub.feed.lookup_statement import look_up
from hub.feed.queries import UnknownFeed


class PositionLost(HubError):
    """The rows at a position cannot be known any more, or not yet."""


class Found(NamedTuple):
    """Live rows in no order, none twice, and where the feed stood when it had them."""

    position: Position
    rows: list[StoredRow]


class _Standing(NamedTuple):
    """What a feed says of the positions that can be read; `ended_at`: where the epoch that was asked for ended."""

    epoch: int
    sequence: int
    history_from: int
    ended_at: int | None


def rows_of_card(
    feed: str, card_hash: bytes, at_sequence: int | None = None, *, epoch: int | None = None
) -> Found:
    """What belongs to the card with this lookup hash, and to whoever holds it.

    `at_sequence` None: now. `epoch`: the one that `at_sequence` belongs to; None: the present one.
    UnknownFeed. PositionLost: the feed was never there, or what it was has been forgotten.
    """
    return _find(feed, {"card": card_hash}, at_sequence, epoch)


def rows_of_customer(
    feed: str, customer_id: int, at_sequence: int | None = None, *, epoch: int | None = None
) -> Found:
    """The same for a customer who shows no card."""
    return _find(feed, {"customer": customer_key(customer_id)}, at_sequence, epoch)


def _find(feed: str, asked: dict[str, bytes], at_sequence: int | None, epoch: int | None) -> Found:
    statement = look_up(connection.vendor, by_card="card" in asked, past=at_sequence is not None)
    parameters: dict[str, Any] = {"feed": feed, "epoch": epoch, "at": at_sequence, "end": key_range_end(b"")}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | asked)
        found = cursor.fetchall()
    if not found:
        raise UnknownFeed(_("there is no feed %(feed)s: run `doorward-hub init`") % {"feed": repr(feed)})
    standing = _Standing(*found[0][:4])
    rows = [(kind, bytes(key), bytes(ref), bytes(body)) for *_, kind, key, ref, body in found if kind is not None]
    return Found(_position(feed, standing, at_sequence, epoch), rows)


def _position(feed: str, standing: _Standing, at_sequence: int | None, epoch: int | None) -> Position:
    asked = standing.epoch if epoch is None else epoch
    if at_sequence is None:
        return Position(feed, standing.epoch, standing.sequence)
    _check(f"feed {feed!r}, epoch {asked}, sequence {at_sequence}", standing, asked, at_sequence)
    return Position(feed, asked, at_sequence)


def _check(where: str, standing: _Standing, epoch: int, sequence: int) -> None:
    if epoch > standing.epoch:
        raise PositionLost(
            _("%(where)s: the feed is in epoch %(epoch)s yet") % {"where": where, "epoch": standing.epoch}
        )
    if standing.ended_at is not None and sequence > standing.ended_at:
        raise PositionLost(
            _(
                "%(where)s: the hub was put back from a backup, and of this epoch it has the rows up"
                " to %(ended_at)s only"
            )
            % {"where": where, "ended_at": standing.ended_at}
        )
    if not 0 <= sequence <= standing.sequence:
        raise PositionLost(
            _("%(where)s: the feed is at %(sequence)s yet") % {"where": where, "sequence": standing.sequence}
        )
    if sequence < standing.history_from:
        raise PositionLost(
            _(
                "%(where)s: rows that have changed since are kept for a limited time; the feed is"
                " known from %(history_from)s on"
            )
            % {"where": where, "history_from": standing.history_from}
        )
