"""How this folder's operations write: with an entry in the audit log. What is written was typed by nobody."""

from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from hub.audit import operations as audit
from hub.members.writing import stored

Thing = TypeVar("Thing", bound=Model)


def keep(thing: Thing, action: str = "") -> Thing:
    """`action`: the audit log's word for it, where created or changed says too little."""
    with transaction.atomic():
        before = stored(thing)
        thing.save()
        audit.note_changed(before, thing, action)
    return thing
