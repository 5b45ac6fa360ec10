"""One-time links: made for one user, shown once, used once. By one of them a password is chosen.

The secret stands behind the link's `#`, which browsers send to nobody: it is in no log and in no address that is
passed on. Here only its hash is kept.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from hub.access.models import OneTimeLink
from hub.access.queries import actor_of
from hub.access.sessions import end_sessions
from hub.audit import operations as audit
from hub.audit.acting import acting
from hub.errors import HubError

LASTS: Final = timedelta(days=3)
_SECRET_BYTES: Final = 32


class LinkRefused(HubError):
    """There is no such link: it was used, has lapsed, or another one was made since."""


@dataclass(frozen=True, slots=True)
class LinkShown:
    """A link as it is shown, once, to be handed to `email`."""

    email: str
    address: str = field(repr=False)
    until: datetime


def make_link(user: User, at: datetime) -> LinkShown:
    """Until `at` + LASTS; one that was made before counts no more. Within a transaction that has the user."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    until = at + LASTS
    OneTimeLink.objects.update_or_create(user=user, defaults={"secret_hash": _hash(secret), "until": until})
    return LinkShown(user.email, f"{settings.DOORWARD_URL}{reverse('choose_password')}#{secret}", until)


def link_text(link: LinkShown) -> str:
    """As a terminal shows it."""
    return f"{link.email} chooses a password here, once, until {link.until:%Y-%m-%d %H:%M} UTC:\n  {link.address}"


def user_of_link(secret: str, at: datetime) -> User:
    """Whose link this is. LinkRefused."""
    found = OneTimeLink.objects.select_related("user").filter(secret_hash=_hash(secret), until__gt=at).first()
    if found is None or not found.user.is_active:
        raise LinkRefused(_("This link counts no more: it was used or is too old. Ask an owner for another one."))
    return found.user


def choose_password(secret: str, password: str, at: datetime) -> User:
    """The user's password from now on; the link is used, and they are signed out everywhere.

    LinkRefused. django.core.exceptions.ValidationError: the password is too easy to guess.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_of_link(secret, at).pk)
        validate_password(password, user)
        if not OneTimeLink.objects.filter(user=user, secret_hash=_hash(secret)).delete()[0]:
            raise LinkRefused(_("This link was used a moment ago."))
        user.set_password(password)
        user.save(update_fields=["password"])
        end_sessions(user, at)
        with acting(actor_of(user)):
            audit.note("password chosen", user, None, None)
    return user


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
