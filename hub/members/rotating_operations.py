"""Rotating codes: giving cards their salts and taking them away, and which feeds carry them.

A salt stands in the feeds that are marked for it, and in no other; a revoked card's in none. It is no secret: the
card's secret follows from it under the organization key (contract.rotating.secret_of). Many cards are
written in transactions of at most 1,000. Must not know what asks for rotating codes (the fleet).
"""

import secrets
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.utils.translation import gettext as _

from contract.card import is_code
from contract.feed import Change, Kind
from contract.rotating import SALT_BYTES
from contract.rows import id_after
from hub.audit import operations as audit
from hub.errors import HubError
from hub.feed import operations as feed
from hub.feed import queries as feed_queries
from hub.members import codes, rows
from hub.members.models import Card
from hub.members.writing import AT_ONCE, writing

_Item = TypeVar("_Item")
_SHOWN = 3


class NotRotatable(HubError):
    """Cards whose codes were taken over from elsewhere: no digits can follow them."""


def make_rotating(cards: Iterable[Card]) -> int:
    """Gives each card a salt, and says how many got one: those that have one and revoked ones do not.

    NotRotatable: some have codes that are not ours; then nothing is changed.
    """
    waiting = [card for card in cards if card.revoked_at is None and card.rotating_salt is None]
    _refuse_imported(waiting)
    return sum(_give_salts(chunk) for chunk in _chunks(card.pk for card in waiting))


def stop_rotating(cards: Iterable[Card]) -> int:
    """Takes the salts of these cards away, for good, and says how many had one."""
    return sum(_take_salts(chunk) for chunk in _chunks(card.pk for card in cards))


def append_salts(cards: Iterable[Card]) -> None:
    """Brings the feeds that carry salts to what these cards are now; in the caller's transaction."""
    changes = list(map(rows.rotating_row, cards))
    for name in feed_queries.names(rotating=True):
        feed.append(name, changes)


def forget_salts(cards: Iterable[Card]) -> None:
    """Takes the rows of cards that go out of the feeds; in the caller's transaction."""
    changes = list(map(rows.no_rotating_row, cards))
    for name in feed_queries.names(rotating=True):
        feed.append(name, changes)


# Feeds


def bring_salts(feed_name: str, customers: Iterable[bytes]) -> None:
    """Of those who are in this feed, which carries salts, since now: their keys; in the caller's transaction."""
    ids = sorted(id_after(key, b"C") for key in customers)
    for chunk in _chunks(ids):
        cards = Card.objects.filter(customer__in=chunk, revoked_at=None, rotating_salt__isnull=False)
        feed.append(feed_name, map(rows.rotating_row, cards))


def carry_secrets(feed_name: str) -> None:
    """From now on the feed carries the salts of all cards. Done again, it completes what was interrupted."""
    with writing():
        feed.mark_rotating(feed_name, True)
    cards = Card.objects.filter(revoked_at=None, rotating_salt__isnull=False)
    for chunk in _chunks(cards.order_by("pk").values_list("pk", flat=True)):
        with writing():
            if not feed.hold(feed_name).rotating:
                return
            feed.append(feed_name, map(rows.rotating_row, Card.objects.filter(pk__in=chunk)))


def drop_secrets(feed_name: str) -> None:
    """The feed carries no salts any more; its past keeps them for as long as it keeps everything."""
    with writing():
        feed.mark_rotating(feed_name, False)
    last = b""
    while keys := feed_queries.live_keys_after(feed_name, Kind.ROTATING, last, AT_ONCE):
        with writing():
            if feed.hold(feed_name).rotating:
                return
            feed.append(feed_name, (Change(Kind.ROTATING, key, ref, None) for key, ref in keys))
        last, _ref = keys[-1]


def _refuse_imported(cards: Iterable[Card]) -> None:
    imported = [str(card) for card in cards if not is_code(codes.decrypt(card))]
    if imported:
        shown = ", ".join(imported[:_SHOWN])
        if len(imported) > _SHOWN:
            shown = _("%(cards)s and others") % {"cards": shown}
        raise NotRotatable(
            _("codes taken over from other cards cannot rotate (%(shown)s): issue cards of this hub instead")
            % {"shown": shown}
        )


def _give_salts(ids: list[int]) -> int:
    with writing():
        waiting = Card.objects.filter(pk__in=ids, revoked_at=None, rotating_salt=None)
        cards = list(waiting.select_related("customer"))
        for card in cards:
            card.rotating_salt = secrets.token_bytes(SALT_BYTES)
        Card.objects.bulk_update(cards, ["rotating_salt"], batch_size=200)
        audit.note_many("codes rotate", cards, None)
        append_salts(cards)
    return len(cards)


def _take_salts(ids: list[int]) -> int:
    with writing():
        having = Card.objects.filter(pk__in=ids, rotating_salt__isnull=False)
        forget_salts(having)
        audit.note_many("codes rotate no more", having.select_related("customer"), None)
        return having.update(rotating_salt=None)


def _chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    waiting = iter(items)
    while chunk := list(islice(waiting, AT_ONCE)):
        yield chunk
