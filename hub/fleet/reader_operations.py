"""The readers of an edge, brought to a whole set at once, as a configuration names them."""

from collections.abc import Collection
from copy import copy
from typing import Final

from django.db import transaction

from hub.audit import operations as audit
from hub.fleet.models import Edge, Reader
from hub.members.writing import delete_unless_in_use

_KEPT: Final = ("id", "edge")


def replace_readers(edge: Edge, readers: Collection[Reader]) -> None:
    """The edge has exactly these, as they are to be from now on; those of the same name stay the same row.

    ValidationError: one does not fit. InUse: one that goes is still needed.
    """
    with transaction.atomic():
        stored = {reader.name: reader for reader in edge.readers.all()}
        for name in stored.keys() - {reader.name for reader in readers}:
            audit.note_deleted(stored[name])
            delete_unless_in_use(stored[name])
        for reader in readers:
            _save(stored.get(reader.name, Reader(edge=edge)), reader)


def _save(stored: Reader, wanted: Reader) -> None:
    before = None if stored.pk is None else copy(stored)
    for field in Reader._meta.concrete_fields:
        if field.name not in _KEPT:
            setattr(stored, field.attname, getattr(wanted, field.attname))
    stored.full_clean()
    stored.save()
    audit.note_changed(before, stored)
