"""Links by which a partner's phones are known: made and shown once, opened on as many phones as they are, revoked.

The secret stands behind the link's `#`, which browsers send to nobody, so it is in no log; here only its hash is
kept. The link of a partner that is not active counts as little as one that was revoked, until it is active again.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.errors import HubError
from hub.partners.models import Partner, PartnerLink

OPEN_PATH: Final = "/partner/link"
"""Where hub/scan takes a secret."""
_USE_NOTED_EVERY: Final = timedelta(hours=1)
_SECRET_BYTES: Final = 32


class LinkRefused(HubError):
    """No such link, one that was revoked, or its partner is not active. `for_good`: it never counts again."""

    def __init__(self, text: str, for_good: bool) -> None:
        super().__init__(text)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class LinkShown:
    """As it is handed over, once."""

    link: PartnerLink
    address: str = field(repr=False)


def make_link(partner: Partner, label: str, at: datetime) -> LinkShown:
    """Those that were made before go on. django.core.exceptions.ValidationError: no label, or one that does not
    fit."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    link = PartnerLink(partner=partner, label=" ".join(label.split()), secret_hash=_hash(secret), made_at=at)
    with transaction.atomic():
        link.full_clean(exclude=("last_used_at", "revoked_at"))
        link.save(force_insert=True)
        audit.note("created", link, None, None)
    return LinkShown(link, f"{settings.DOORWARD_URL}{OPEN_PATH}#{secret}")


def link_of(secret: str) -> PartnerLink:
    """With its partner. LinkRefused."""
    found = PartnerLink.objects.select_related("partner").filter(secret_hash=_hash(secret), revoked_at=None)
    link = found.first()
    if link is None:
        raise LinkRefused(_("This link counts no more: it was revoked, or is not whole. Ask for a new one."), True)
    if not link.partner.active:
        raise LinkRefused(_("This link does not count now: the partner is not active."), False)
    return link


def note_use(link: PartnerLink, at: datetime) -> None:
    """So that staff see which phones are in use; within an hour once."""
    before = at - _USE_NOTED_EVERY
    if link.last_used_at is None or link.last_used_at <= before:
        is_due = Q(last_used_at=None) | Q(last_used_at__lte=before)
        PartnerLink.objects.filter(is_due, pk=link.pk).update(last_used_at=at)


def revoke_link(link: PartnerLink, at: datetime) -> None:
    """The phones that opened it are nobody's from now on. One that was revoked before stays as it is."""
    with transaction.atomic():
        if PartnerLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at):
            audit.note("revoked", link, None, None)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
