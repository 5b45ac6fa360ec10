"""A visitor comes with a token: it is used up, once, whichever of the hub's processes is asked.

A token that is refused changes nothing but what staff see of their website; the log has its error's code, never
what it says.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from hub.websites.faults import Fault, TokenRefused
from hub.websites.models import UsedToken, Website, WebsiteKey
from hub.websites.verifying import Verified, verified

_LOG: Final = logging.getLogger(__name__)
_PRUNE_AT_ONCE: Final = 50
_KEPT_LONGER: Final = timedelta(hours=1)
"""For processes whose clocks are not quite alike."""
_NOTED_EVERY: Final = timedelta(minutes=1)
_Noted = TypeVar("_Noted", Website, WebsiteKey)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is logged in at a website, by its word. `email` and `name` fill in a form and prove nothing."""

    website: Website
    sub: str = field(repr=False)
    email: str = field(repr=False)
    name: str = field(repr=False)


def use_token(website: Website, token: str, at: datetime) -> Visitor:
    """TokenRefused; hub.websites.sealing.SecretUnreadable: it cannot be told whether it counts."""
    try:
        found = verified(website, token, at)
        _use_up(found, at)
    except TokenRefused as error:
        _LOG.warning("a token of website %s is refused: %s", website.public_id, error.fault)
        _note_refused(website, error.fault, at)
        raise
    _note_used(found, at)
    return Visitor(website, found.claims.sub, found.claims.email, found.claims.name)


def is_used(found: Verified) -> bool:
    return UsedToken.objects.filter(website=found.website, jti_hash=_hash(found)).exists()


def note_framed(website: Website, at: datetime) -> None:
    """Our page was shown in a frame of it."""
    _not_just_now(Website.objects.filter(pk=website.pk), "framed_at", at).update(framed_at=at)


def _use_up(found: Verified, at: datetime) -> None:
    """Of several at once the database lets one through. TokenRefused."""
    _forget_old(at)
    try:
        with transaction.atomic():
            UsedToken.objects.create(website=found.website, jti_hash=_hash(found), until=found.claims.until)
    except IntegrityError as error:
        raise TokenRefused(Fault.USED) from error


def _forget_old(at: datetime) -> None:
    """What counts no longer by its own end, whoever looks; others' rows are not waited for."""
    with transaction.atomic():
        old = UsedToken.objects.filter(until__lt=at - _KEPT_LONGER).select_for_update(skip_locked=True)
        UsedToken.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_PRUNE_AT_ONCE])).delete()


def _note_used(found: Verified, at: datetime) -> None:
    _not_just_now(Website.objects.filter(pk=found.website.pk), "used_at", at).update(used_at=at)
    _not_just_now(WebsiteKey.objects.filter(pk=found.key.pk), "used_at", at).update(used_at=at)


def _note_refused(website: Website, fault: Fault, at: datetime) -> None:
    mine = Website.objects.filter(pk=website.pk)
    _not_just_now(mine, "refused_at", at).update(refused_at=at, refused_code=fault.value)


def _not_just_now(found: QuerySet[_Noted], field_name: str, at: datetime) -> QuerySet[_Noted]:
    return found.filter(Q(**{field_name: None}) | Q(**{f"{field_name}__lt": at - _NOTED_EVERY}))


def _hash(found: Verified) -> bytes:
    return sha256(found.claims.jti.encode()).digest()
