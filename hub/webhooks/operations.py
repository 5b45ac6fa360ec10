"""Every write to endpoints that people ask for: added, changed, switched off and on, another secret, a test.

Secrets are shown once, by what these return. All of it stands in the audit log, but for secrets and addresses'
paths.
"""

import os
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.errors import HubError
from hub.webhooks import addresses, signing
from hub.webhooks.addresses import Rules
from hub.webhooks.drafts import Draft
from hub.webhooks.event_types import TEST, EventType
from hub.webhooks.models import NAME_LETTERS_MAX, Delivery, Endpoint
from hub.webhooks.queueing import deliver_once

ENDPOINTS_MAX: Final = 20
OLD_SECRET_COUNTS: Final = timedelta(hours=24)


class EndpointRefused(HubError):
    """An endpoint cannot be like this; the text says what to do."""


def rules_for(allow_private: bool) -> Rules:
    environment = settings.ENVIRONMENT
    return Rules(private=allow_private, loopback=addresses.is_loopback_host(environment.host))


def add_endpoint(
    name: str, url: str, event_types: Collection[str], at: datetime, **switches: bool
) -> tuple[Endpoint, str]:
    """With its secret, which nobody can be shown again. `switches`: with_personal_data, allow_private.

    EndpointRefused; hub.webhooks.addresses.AddressRefused.
    """
    addresses.check(url, rules_for(switches.get("allow_private", False)))
    secret, salt = signing.new_secret(), os.urandom(signing.SALT_BYTES)
    with transaction.atomic():
        if Endpoint.objects.count() >= ENDPOINTS_MAX:
            raise EndpointRefused(
                _("There are %(count)d endpoints already: delete one first.") % {"count": ENDPOINTS_MAX}
            )
        endpoint = Endpoint.objects.create(
            name=_checked_name(name),
            url=url,
            event_types=_checked_types(event_types),
            salt=salt,
            secret_encrypted=signing.encrypt(secret, salt),
            created_at=at,
            **switches,
        )
        audit.note("created", endpoint, None, audit.values_of(endpoint) | {"host": endpoint.host})
    return endpoint, secret


def change_endpoint(number: int, name: str, event_types: Collection[str], **switches: bool) -> Endpoint:
    """Endpoint.DoesNotExist; EndpointRefused; AddressRefused: its address needs what is not allowed any more."""
    with transaction.atomic():
        endpoint, before = _held(number)
        endpoint.name, endpoint.event_types = _checked_name(name), _checked_types(event_types)
        for switch, value in switches.items():
            setattr(endpoint, switch, value)
        addresses.check(endpoint.url, rules_for(endpoint.allow_private))
        return _saved(before, endpoint)


def disable_endpoint(number: int, at: datetime, why: str = Endpoint.Why.STAFF) -> Endpoint:
    """What waits goes on waiting; what happens meanwhile is not queued. Switched off already: stays as it is."""
    with transaction.atomic():
        endpoint, before = _held(number)
        if endpoint.disabled_at is None:
            endpoint.disabled_at, endpoint.disabled_why = at, str(why)
        return _saved(before, endpoint, "disabled")


def enable_endpoint(number: int) -> Endpoint:
    """It begins anew: what it failed at before no longer speaks against it."""
    with transaction.atomic():
        endpoint, before = _held(number)
        endpoint.disabled_at, endpoint.disabled_why = None, ""
        endpoint.failing_since, endpoint.failures, endpoint.missed = None, 0, 0
        return _saved(before, endpoint, "enabled")


def rotate_secret(number: int, at: datetime) -> tuple[Endpoint, str]:
    """A new secret; messages are signed by the old one too for a day."""
    secret = signing.new_secret()
    with transaction.atomic():
        endpoint, before = _held(number)
        endpoint.old_secret_encrypted = endpoint.secret_encrypted
        endpoint.old_secret_until = at + OLD_SECRET_COUNTS
        endpoint.secret_encrypted = signing.encrypt(secret, bytes(endpoint.salt))
        return _saved(before, endpoint, "secret changed"), secret


def delete_endpoint(number: int) -> None:
    """With all that waits for it."""
    with transaction.atomic():
        endpoint, _before = _held(number)
        audit.note_deleted(endpoint)
        endpoint.delete()


def send_test(number: int, at: datetime) -> Delivery:
    """An event of its own kind, to this endpoint alone. EndpointRefused: it is switched off."""
    with transaction.atomic():
        endpoint, _before = _held(number)
        if endpoint.disabled_at is not None:
            raise EndpointRefused(_("This endpoint is switched off: switch it on first."))
        draft = Draft(TEST, at, secrets.token_hex(16), {"endpoint": {"id": endpoint.pk}})
        return deliver_once(draft, endpoint, at)


def _held(number: int) -> tuple[Endpoint, Endpoint]:
    """The endpoint, held, and once more as it was."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=number)
    return endpoint, Endpoint.objects.get(pk=number)


def _saved(before: Endpoint, endpoint: Endpoint, action: str = "") -> Endpoint:
    endpoint.save()
    audit.note_changed(before, endpoint, action)
    return endpoint


def _checked_name(name: str) -> str:
    stripped = " ".join(name.split())
    if not (stripped.isprintable() and 1 <= len(stripped) <= NAME_LETTERS_MAX):
        raise EndpointRefused(_("Give it a name of 1 to %(letters)d letters.") % {"letters": NAME_LETTERS_MAX})
    return stripped


def _checked_types(event_types: Collection[str]) -> list[str]:
    chosen = [each.value for each in EventType if each.value in event_types]
    if not chosen:
        raise EndpointRefused(_("Choose at least one event."))
    return chosen
