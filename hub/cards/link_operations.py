"""Links to members' card pages: made and shown once, opened as often as they are, revoked.

The secret stands behind the link's `#`, which browsers send to nobody, so it is in no log; here only its hash is
kept.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.audit.acting import Actor, ActorKind
from hub.cards.models import CardLink
from hub.errors import HubError
from hub.members.models import Customer

OPEN_PATH: Final = "/card/open"
"""Where hub/wallet takes a secret."""
UNOPENED_MAX: Final = 10
"""Of one customer: whoever makes more ends the oldest, so that forgotten letters do not open a card for ever.
What a phone has opened stays: letters that somebody else asks for sign nobody out."""
MEMBER: Final = Actor(ActorKind.MEMBER, "the member")
"""Who acts on a card page. Whose it was stands in the entry; the log forgets it with the customer."""
_SECRET_BYTES: Final = 32


class LinkRefused(HubError):
    """No such link, or one that was revoked."""


@dataclass(frozen=True, slots=True)
class LinkShown:
    """As it is handed over, once."""

    link: CardLink
    address: str = field(repr=False)


def make_link(customer: Customer, at: datetime, proved_at: datetime | None = None) -> LinkShown:
    """Those that were made before go on, but for the oldest of those that nobody opened. `proved_at`: to hand
    over, at once, to who has just proved who they are: whoever opens it first has proved it, and nobody after."""
    secret = new_secret()
    with transaction.atomic():
        # Whoever makes one for the same customer waits here.
        Customer.objects.select_for_update().get(pk=customer.pk)
        link = _made(customer, secret, at, proved_at=proved_at)
        unopened = [each for each in live_links(customer) if each.opened_at is None]
        _revoke(unopened[UNOPENED_MAX:], at)
    return LinkShown(link, f"{settings.DOORWARD_URL}{OPEN_PATH}#{secret}")


def make_next_link(before: CardLink, secret: str, at: datetime) -> CardLink:
    """For a phone alone that asks by `before` and has this secret already: one of new_secret, no link yet. What
    was proved there goes on."""
    of_phone = {"label": before.label, "seen_at": before.seen_at, "proved_at": before.proved_at}
    with transaction.atomic():
        return _made(before.customer, secret, at, opened_at=at, **of_phone)


def new_secret() -> str:
    """Of letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def open_link(secret: str, at: datetime) -> CardLink:
    """A phone takes it. LinkRefused."""
    link = link_of(secret)
    CardLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=at)
    return link


def link_of(*kept: str) -> CardLink:
    """The newest that one of these secrets opens, with its customer. LinkRefused."""
    hashes = [hash_of(each) for each in kept]
    found = CardLink.objects.select_related("customer").filter(secret_hash__in=hashes, revoked_at=None)
    link = found.first()
    if link is None:
        raise LinkRefused(_("This link opens no card: it was revoked, or is not whole. Ask for a new one."))
    return link


def was_ever(secret: str) -> bool:
    """Whether there is such a link, revoked or not."""
    return CardLink.objects.filter(secret_hash=hash_of(secret)).exists()


def revoke_links(links: Iterable[CardLink], at: datetime) -> None:
    """The phones that they opened a card on show it no longer. Those revoked before stay as they are."""
    with transaction.atomic():
        _revoke(links, at)


def revoke_all_links(customer: Customer, at: datetime) -> None:
    revoke_links(live_links(customer), at)


def live_links(customer: Customer) -> list[CardLink]:
    """The newest first."""
    return list(CardLink.objects.select_related("customer").filter(customer=customer, revoked_at=None))


def _made(customer: Customer, secret: str, at: datetime, **more: Any) -> CardLink:
    link = CardLink.objects.create(customer=customer, secret_hash=hash_of(secret), made_at=at, **more)
    audit.note("created", link, None, None)
    return link


def _revoke(links: Iterable[CardLink], at: datetime) -> None:
    for link in links:
        if CardLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at):
            audit.note("revoked", link, None, None)


def hash_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
