"""Links as members' sessions: one that somebody signs in by is made for that phone alone and shown to nobody.
Which phones show a member's cards, and since when nobody has proved anything on one."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from hub.audit import operations as audit
from hub.cards.link_operations import hash_of, link_of, new_secret, revoke_links
from hub.cards.models import CardLink
from hub.members.models import Customer

_LABEL_LETTERS_MAX: Final = 60
_SEEN_EVERY: Final = timedelta(hours=1)
"""A phone asks each half minute: not each time is written down."""


def sign_in_by(customer: Customer, at: datetime, label: str, by: str, seed: str = "") -> str:
    """The secret for the phone on which they have just proved who they are. `by`: how; `label`: what it says it
    is; `seed`: the secret to take, of a press that may come twice: both are one session."""
    secret = seed or new_secret()
    dates = {"made_at": at, "opened_at": at, "seen_at": at, "proved_at": at}
    made = {"customer": customer, "label": label[:_LABEL_LETTERS_MAX], **dates}
    with transaction.atomic():
        link, is_new = CardLink.objects.get_or_create(secret_hash=hash_of(secret), defaults=made)
        if is_new:
            audit.note("signed in", link, None, {"by": by})
    return secret


def open_apart(secret: str, at: datetime) -> str:
    """The secret for a phone on which a link is opened. Of one that somebody has signed in by it is that of a
    link of its own: what was proved stays on the phone where it was; of one that was handed over, that is where it
    is opened first. link_operations.LinkRefused."""
    link = link_of(secret)
    if CardLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=at) or link.proved_at is None:
        return secret
    apart = new_secret()
    with transaction.atomic():
        made = CardLink.objects.create(
            customer=link.customer, secret_hash=hash_of(apart), made_at=at, opened_at=at
        )
        audit.note("created", made, None, None)
    return apart


@transaction.atomic
def proved_again(link: CardLink, at: datetime, by: str) -> None:
    """Of a link that its member has signed in by: it is on that phone alone. Others stay as they are."""
    if CardLink.objects.filter(pk=link.pk, proved_at__isnull=False).update(proved_at=at):
        audit.note("signed in", link, None, {"by": by})


def seen(link: CardLink, at: datetime, label: str) -> None:
    """A phone shows it; written down once an hour. `label` counts where none is known yet."""
    if link.seen_at is not None and at - link.seen_at < _SEEN_EVERY:
        return
    said = {"seen_at": at} | ({} if link.label else {"label": label[:_LABEL_LETTERS_MAX]})
    long_ago = Q(seen_at=None) | Q(seen_at__lte=at - _SEEN_EVERY)
    CardLink.objects.filter(long_ago, pk=link.pk).update(**said)


def phones_of(customer: Customer) -> list[CardLink]:
    """Those that show their cards, the one seen last first."""
    opened = CardLink.objects.filter(customer=customer, revoked_at=None, opened_at__isnull=False)
    return sorted(opened, key=lambda each: each.seen_at or each.opened_at, reverse=True)


def end_phone(customer: Customer, number: int, at: datetime) -> None:
    """Their own; where there is none, nothing happens."""
    revoke_links(CardLink.objects.filter(pk=number, customer=customer), at)


def end_other_phones(mine: CardLink, at: datetime) -> None:
    """With the links that nobody has opened yet: all but the phone that asks."""
    revoke_links(CardLink.objects.filter(customer=mine.customer_id, revoked_at=None).exclude(pk=mine.pk), at)
