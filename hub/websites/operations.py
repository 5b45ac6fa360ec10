"""Every write to websites that owners ask for: added, changed, switched off and on, deleted. All of it stands in
the audit log; their keys are written by key_operations.py.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.errors import HubError
from hub.websites import origins
from hub.websites.models import NAME_LETTERS_MAX, Website

WEBSITES_MAX: Final = 20
_ID_BYTES: Final = 6


class WebsiteRefused(HubError):
    """A website cannot be like this; the text says what to do."""


def new_id() -> str:
    """For addresses and tokens: no secret, and no number that counts."""
    return secrets.token_hex(_ID_BYTES)


def add_website(name: str, allowed: Iterable[str], at: datetime) -> Website:
    """`allowed`: origins that may show our pages in a frame. WebsiteRefused; OriginRefused of origins.py."""
    with transaction.atomic():
        if Website.objects.count() >= WEBSITES_MAX:
            raise WebsiteRefused(
                _("There are %(count)d websites already: delete one first.") % {"count": WEBSITES_MAX}
            )
        website = Website.objects.create(
            public_id=new_id(), name=_checked_name(name), origins=origins.checked(allowed), created_at=at
        )
        audit.note_changed(None, website)
    return website


def change_website(number: int, name: str, allowed: Iterable[str]) -> Website:
    """Website.DoesNotExist; WebsiteRefused; OriginRefused."""
    with transaction.atomic():
        website, before = held(number)
        website.name, website.origins = _checked_name(name), origins.checked(allowed)
        return _saved(before, website)


def set_active(number: int, active: bool) -> Website:
    """Off: nobody may frame our pages for it and its tokens count nothing, at once; what it is stays."""
    with transaction.atomic():
        website, before = held(number)
        website.is_active = active
        return _saved(before, website, "enabled" if active else "disabled")


def delete_website(number: int) -> None:
    """With its keys, and with whom its visitors were known as: the customers stay."""
    with transaction.atomic():
        website, _before = held(number)
        audit.note_deleted(website)
        website.delete()


def held(number: int) -> tuple[Website, Website]:
    """The website, held, and once more as it was. Website.DoesNotExist."""
    website = Website.objects.select_for_update(no_key=True).get(pk=number)
    return website, Website.objects.get(pk=number)


def _saved(before: Website, website: Website, action: str = "") -> Website:
    website.save(update_fields=["name", "origins", "is_active"])
    audit.note_changed(before, website, action)
    return website


def _checked_name(name: str) -> str:
    stripped = " ".join(name.split())
    if not (stripped.isprintable() and 1 <= len(stripped) <= NAME_LETTERS_MAX):
        raise WebsiteRefused(_("Give it a name of 1 to %(letters)d letters.") % {"letters": NAME_LETTERS_MAX})
    return stripped
