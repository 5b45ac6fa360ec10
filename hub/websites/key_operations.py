"""Every write to websites' keys: made here or pasted, ended, revoked. Several count at once, so that a website can
go from one to the next without a visitor noticing.

What a website keeps to itself is shown once, by what these return. Keys are in the audit log by their `kid`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.errors import HubError
from hub.websites import key_material, sealing
from hub.websites.models import Website, WebsiteKey
from hub.websites.operations import held, new_id

KEYS_MAX: Final = 5
"""Of one website that count at once."""
KEPT_MAX: Final = 20
"""With those that count no longer: of these the oldest go as others come."""
OLD_KEY_COUNTS: Final = timedelta(hours=24)


class TooManyKeys(HubError):
    """One has to end first."""


@dataclass(frozen=True, slots=True)
class KeyShown:
    """As it is handed over, once: `jwk` is the private key or the secret as one line of JSON."""

    key: WebsiteKey
    jwk: str = field(repr=False)


def make_pair(number: int, at: datetime) -> KeyShown:
    """An Ed25519 pair, of which the private half is kept nowhere here. Website.DoesNotExist; TooManyKeys."""
    pair, kid = key_material.new_pair(), new_id()
    key = _add(number, at, kid=kid, algorithm=WebsiteKey.Algorithm.EDDSA, public_key=pair.public)
    return KeyShown(key, key_material.jwk_of_pair(pair, kid))


def make_secret(number: int, at: datetime) -> KeyShown:
    """For HS256, encrypted at rest. Website.DoesNotExist; TooManyKeys."""
    secret, kid = key_material.new_secret(), new_id()
    sealed = sealing.encrypt(secret, kid)
    key = _add(number, at, kid=kid, algorithm=WebsiteKey.Algorithm.HS256, secret_encrypted=sealed)
    return KeyShown(key, key_material.jwk_of_secret(secret, kid))


def add_public_key(number: int, pasted: str, at: datetime) -> WebsiteKey:
    """Of a pair that the website made. Website.DoesNotExist; TooManyKeys; hub.websites.key_material.KeyRefused."""
    public = key_material.public_key_in(pasted)
    return _add(number, at, kid=new_id(), algorithm=WebsiteKey.Algorithm.EDDSA, public_key=public)


def end_key(number: int, at: datetime) -> WebsiteKey:
    """It counts for a day more, while the website takes another. One that ends already stays as it is."""
    with transaction.atomic():
        key, before = _held(number)
        if key.until is None and key.revoked_at is None:
            key.until = at + OLD_KEY_COUNTS
        return _saved(before, key, "to end")


def revoke_key(number: int, at: datetime) -> WebsiteKey:
    """It counts no longer, at once; a secret is forgotten."""
    with transaction.atomic():
        key, before = _held(number)
        if key.revoked_at is None:
            key.revoked_at, key.secret_encrypted = at, b""
        return _saved(before, key, "revoked")


def _add(number: int, at: datetime, **fields: Any) -> WebsiteKey:
    with transaction.atomic():
        website, _before = held(number)
        _make_room(website, at)
        key = WebsiteKey.objects.create(website=website, made_at=at, **fields)
        audit.note_changed(None, key)
    return key


def _make_room(website: Website, at: datetime) -> None:
    keys = list(website.keys.all())
    over = [each for each in keys if not each.counts(at)]
    if len(keys) - len(over) >= KEYS_MAX:
        raise TooManyKeys(_("%(count)d keys count already: revoke one first.") % {"count": KEYS_MAX})
    WebsiteKey.objects.filter(pk__in=[each.pk for each in over[KEPT_MAX - KEYS_MAX :]]).delete()


def _held(number: int) -> tuple[WebsiteKey, WebsiteKey]:
    """WebsiteKey.DoesNotExist."""
    key = WebsiteKey.objects.select_for_update(no_key=True).get(pk=number)
    return key, WebsiteKey.objects.select_related("website").get(pk=number)


def _saved(before: WebsiteKey, key: WebsiteKey, action: str) -> WebsiteKey:
    key.save(update_fields=["until", "revoked_at", "secret_encrypted"])
    audit.note_changed(before, key, action)
    return key
