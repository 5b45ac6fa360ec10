"""All that is kept of one customer, for themselves: one JSON in a ZIP file, and their photo.

What is theirs is found by the tables' own references, so a table that is added comes along by itself: whatever
refers to the customer, and whatever refers to that. Left out are secrets (hashes, keys, codes: all that is binary,
and SECRETS), who of the staff did it, and what is of others. Check-ins, letters and the audit log stand beside it.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import SET_NULL, BinaryField, Field, ForeignKey, Model

from hub.audit import operations as audit
from hub.audit.models import Entry
from hub.mail.models import Mail
from hub.members.models import Customer, CustomerPhoto

SECRETS: Final = frozenset(
    {"password", "search_text", "digest", "asked", "serial", "shown", "code_classes", "code_length"}
)
"""Fields that say nothing to whom they are of, or too much to whoever finds the file. `asked`: what a provider was
asked, whose parts stand beside it."""
_ADDRESS_OF_A_PAYMENT: Final = ("checkout", "address")
_DEEP: Final = 4
Told = dict[str, Any]
Names = dict[tuple[type[Model], Any], str]
"""Of what was referred to before: thousands of check-ins are of a few plans and places."""


@transaction.atomic
def own_data(customer: Customer, at: datetime) -> bytes:
    """The ZIP file. That it was given out stands in the audit log."""
    said = told_of(customer, at)
    photo = CustomerPhoto.objects.filter(customer=customer).first()
    audit.note("given out", customer, None, None)
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        packed.writestr("data.json", json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        if photo is not None:
            packed.writestr("photo.jpg", bytes(photo.jpeg))
    return file.getvalue()


def told_of(customer: Customer, at: datetime) -> Told:
    """By kinds, as the tables are called; instants in UTC."""
    names: Names = {}
    said: Told = {"made_at": at, "customer": [_fields_of(customer, names)]}
    for thing in _theirs(customer):
        said.setdefault(str(thing._meta.model_name), []).append(_fields_of(thing, names))
    letters = Mail.objects.filter(customer=customer.pk).order_by("pk")
    said["letters"] = list(letters.values("kind", "recipient", "state", "created_at"))
    entries = Entry.objects.filter(customer_id=customer.pk).order_by("number")
    said["changes"] = list(entries.values("at", "actor_kind", "action", "thing_kind", "before", "after"))
    return said


def _theirs(customer: Customer) -> Iterator[Model]:
    """Each once: what refers to them, then what refers to that."""
    seen: set[tuple[type[Model], Any]] = set()
    layer: list[Model] = [customer]
    for _depth in range(_DEEP):
        layer = [each for thing in layer for each in _referring_to(thing)]
        fresh = {(type(each), each.pk): each for each in layer if (type(each), each.pk) not in seen}
        seen |= set(fresh)
        layer = list(fresh.values())
        yield from layer


def _referring_to(thing: Model) -> Iterator[Model]:
    """Not what outlives the customer without them, as an invitation that they wrote to somebody."""
    for relation in thing._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
            continue
        if isinstance(thing, Customer) and relation.on_delete is SET_NULL:
            continue
        yield from relation.related_model._default_manager.filter(**{relation.field.name: thing}).order_by("pk")


def _fields_of(thing: Model, names: Names) -> Told:
    return {field.name: _value(thing, field, names) for field in _told_fields(thing)}


def _told_fields(thing: Model) -> Iterable["Field[Any, Any]"]:
    for field in thing._meta.concrete_fields:
        is_staffs = isinstance(field, ForeignKey) and field.related_model is get_user_model()
        is_secret = field.name in SECRETS or (thing._meta.model_name, field.name) == _ADDRESS_OF_A_PAYMENT
        if not (isinstance(field, BinaryField) or is_staffs or is_secret):
            yield field


def _value(thing: Model, field: "Field[Any, Any]", names: Names) -> Any:
    """What it refers to by name, where that is there."""
    value = field.value_from_object(thing)
    if not isinstance(field, ForeignKey) or value is None:
        return value
    what = (field.related_model, value)
    if what not in names:
        names[what] = str(field.related_model._default_manager.filter(pk=value).first() or "")
    return f"{names[what]} (#{value})".strip()
