"""Every write to photos and notes, each with its entry in the audit log. No feed has them."""

import hashlib
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.errors import HubError
from hub.members.models import Company, CompanyNote, Customer, CustomerNote, CustomerPhoto
from hub.members.photos import jpeg_of
from hub.members.profile_models import NOTE_MAX

_DIGEST_LETTERS = 16


class NotesRefused(HubError):
    """The note cannot be like this, or is not theirs."""


@transaction.atomic
def set_photo(customer: Customer, picture: bytes) -> CustomerPhoto:
    """Of whatever common kind it is. hub.members.photos.PhotoRefused: it stays as it was."""
    jpeg = jpeg_of(picture)
    digest = hashlib.sha256(jpeg).hexdigest()[:_DIGEST_LETTERS]
    photo, _made = CustomerPhoto.objects.update_or_create(
        customer=customer, defaults={"jpeg": jpeg, "digest": digest}
    )
    audit.note("photo set", photo, None, None)
    return photo


@transaction.atomic
def remove_photo(customer: Customer) -> None:
    """Where there is none, nothing happens."""
    for photo in CustomerPhoto.objects.filter(customer=customer).select_related("customer"):
        audit.note("photo removed", photo, None, None)
        photo.delete()


def add_customer_note(customer: Customer, text: str, by: Any, at: datetime) -> CustomerNote:
    """`by`: the user who writes it, or None. NotesRefused: there is nothing in it, or too much."""
    return _added(CustomerNote(customer=customer, text=text.strip(), written_by=by, written_at=at))


def add_own_words(customer: Customer, text: str, at: datetime) -> CustomerNote:
    """What they said themselves, as they joined. NotesRefused."""
    return _added(CustomerNote(customer=customer, text=text.strip(), by_themselves=True, written_at=at))


def add_company_note(company: Company, text: str, by: Any, at: datetime) -> CompanyNote:
    return _added(CompanyNote(company=company, text=text.strip(), written_by=by, written_at=at))


@transaction.atomic
def delete_note(note: CustomerNote | CompanyNote, by: Any) -> None:
    """NotesRefused: somebody else wrote it."""
    if note.written_by_id != by.pk:
        raise NotesRefused(_("Only who wrote a note can delete it."))
    audit.note_deleted(note)
    note.delete()


@transaction.atomic
def _added(note: CustomerNote | CompanyNote) -> Any:
    if len(note.text) > NOTE_MAX:
        raise NotesRefused(_("A note has at most %(most)s characters: make two of it.") % {"most": NOTE_MAX})
    try:
        note.full_clean(exclude=["written_by"] if note.written_by is None else [])
    except ValidationError as error:
        raise NotesRefused(" ".join(error.messages)) from error
    note.save()
    audit.note_changed(None, note, "noted")
    return note
