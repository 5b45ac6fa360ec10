"""Every write to tokens of the API, with its audit entry. The secret itself is told once and kept nowhere."""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from hub.api.models import ApiToken
from hub.api.scopes import Scope
from hub.audit import operations as audit
from hub.errors import HubError

PREFIX: Final = "dw_"
PATTERN: Final = re.compile(r"dw_[0-9A-Za-z]{49}")
"""What a scanner for leaked secrets looks for: 43 random letters and six of a checksum."""
LIFETIME_DAYS_MAX: Final = 366
_RANDOM_LETTERS: Final = 43
_SHOWN_LETTERS: Final = 9
_LETTERS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SEEN_EVERY: Final = timedelta(minutes=1)


class TokenRefused(HubError):
    """Such a token cannot be made; the text says what is allowed."""


def make_token(
    name: str, scopes: Collection[str], expires_at: datetime, at: datetime, by: AbstractBaseUser | None = None
) -> tuple[ApiToken, str]:
    """The token, and its secret to be shown this once. TokenRefused; ValidationError: the name does not fit."""
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        raise TokenRefused(_("Choose at least one scope, of these: %(scopes)s.") % {"scopes": ", ".join(Scope)})
    if not at < expires_at <= at + timedelta(days=LIFETIME_DAYS_MAX):
        raise TokenRefused(_("A token is valid for at least a day and at most a year."))
    secret = new_secret()
    token = ApiToken(
        name=name,
        shown=secret[:_SHOWN_LETTERS],
        hash=_hash(secret),
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=expires_at,
        created_by=by,
    )
    with transaction.atomic():
        token.full_clean()
        token.save(force_insert=True)
        audit.note_changed(None, token)
    return token, secret


def revoke_token(token: ApiToken, at: datetime) -> None:
    """It counts no more from now on. Told again, it changes nothing."""
    with transaction.atomic():
        before = ApiToken.objects.select_for_update().get(pk=token.pk)
        if before.revoked_at is not None:
            return
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        audit.note_changed(before, token, "revoked")


def revoke_tokens_of(*, user: AbstractBaseUser, at: datetime, **_signal: object) -> None:
    """Of somebody who leaves: what they made does not outlive them."""
    for token in ApiToken.objects.filter(created_by=user.pk, revoked_at=None):
        revoke_token(token, at)


def new_secret() -> str:
    body = PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM_LETTERS))
    return body + _checksum(body)


def token_of(secret: str, at: datetime) -> ApiToken | None:
    """The token that counts at `at`, noted as seen. None: there is none, or it is over or revoked."""
    if not PATTERN.fullmatch(secret) or _checksum(secret[:-6]) != secret[-6:]:
        return None
    found = _hash(secret)
    alike = list(ApiToken.objects.filter(shown=secret[:_SHOWN_LETTERS]))
    fitting = [each for each in alike if hmac.compare_digest(bytes(each.hash), found)]
    if not fitting or fitting[0].revoked_at is not None or fitting[0].expires_at <= at:
        return None
    _note_seen(fitting[0], at)
    return fitting[0]


def _note_seen(token: ApiToken, at: datetime) -> None:
    if token.last_used_at is None or at - token.last_used_at >= _SEEN_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=at - _SEEN_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _checksum(body: str) -> str:
    """CRC-32 in six letters: a mistyped token, or a text that merely looks like one, costs no database."""
    value, letters = zlib.crc32(body.encode()), ""
    for _place in range(6):
        value, digit = divmod(value, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters
