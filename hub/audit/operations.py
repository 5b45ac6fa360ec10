"""Every write to the audit log: called inside the transaction of the change that it tells of.

A model may say whom a change of it concerns by a method `concerns()` (a customer's and a company's id, either
None), and which fields are nobody's business by `AUDIT_HIDDEN`. Binary fields (hashes, keys, encrypted codes)
never come in.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.db.models import BinaryField, Field, ForeignKey, Model, QuerySet
from django.utils.translation import override

from hub.audit.acting import who_acts
from hub.audit.models import Entry

LABEL_MAX: Final = 300
ERASED: Final = "erased"
_CSV_FILE: Final = "job"
"""As those that are imported are called."""
_CUSTOMER: Final = "customer"
Values = dict[str, Any]


def note_changed(before: Model | None, after: Model, action: str = "") -> Entry | None:
    """`before` None: it is new. None: no field changed, so nothing is written. `action` says it in the field's own
    word (cancelled, frozen); empty: created or changed."""
    if before is None:
        return note(action or "created", after, None, values_of(after))
    old, new = _moved(before, after)
    return note(action or "changed", after, old, new) if new else None


def note_all_changed(pairs: Iterable[tuple[Model, Model]]) -> None:
    """Many at once, each as it was and as it is."""
    moved = ((after, *_moved(before, after)) for before, after in pairs)
    Entry.objects.bulk_create(_entry("changed", after, old, new) for after, old, new in moved if new)


def note_created(things: Iterable[Model]) -> None:
    """Many new things at once."""
    Entry.objects.bulk_create(_entry("created", each, None, values_of(each)) for each in things)


def note_many(action: str, things: Iterable[Model], after: Values | None) -> None:
    """The same was done to many things at once."""
    Entry.objects.bulk_create(_entry(action, each, None, after) for each in things)


def note_deleted(thing: Model) -> Entry:
    """To be called before it goes."""
    return note("deleted", thing, values_of(thing), None)


def note(action: str, thing: Model, before: Values | None, after: Values | None) -> Entry:
    """What is no matter of a model's own fields: `before` and `after` as people are to read them."""
    entry = _entry(action, thing, before, after)
    entry.save(force_insert=True)
    return entry


def note_exported(name: str, rows: int) -> None:
    """Before its first line is given out: a file of personal data, and whose doing it is."""
    entry = Entry(action="exported", thing_kind=_CSV_FILE, thing=name, after={"rows": rows})
    _by_whoever_acts(entry).save(force_insert=True)


def erase_customer(customer_id: int) -> None:
    """After somebody is deleted: who did what kind of thing when stays known, not to whom and what it was. Neither
    here, nor where something of theirs became somebody else's, nor in the back office's own history."""
    theirs = Entry.objects.filter(customer_id=customer_id)
    things: dict[str, set[int]] = {}
    for kind, number in theirs.exclude(thing_id=None).order_by().values_list("thing_kind", "thing_id").distinct():
        things.setdefault(kind, set()).add(number)
    theirs.update(thing=ERASED, before=None, after=None)
    for kind, numbers in things.items():
        _erase_in_others(Entry.objects.filter(thing_kind=kind, thing_id__in=numbers), customer_id)
        told = LogEntry.objects.filter(content_type__model=kind, object_id__in=map(str, numbers))
        told.update(object_repr=ERASED, change_message="")


def _erase_in_others(entries: QuerySet[Entry], customer_id: int) -> None:
    """Where it says from whom to whom something went."""
    for entry in entries.exclude(thing=ERASED):
        before, after = (_without(values, f"(#{customer_id})") for values in (entry.before, entry.after))
        if (before, after) != (entry.before, entry.after):
            Entry.objects.filter(pk=entry.pk).update(before=before, after=after)


def _without(values: Values | None, mark: str) -> Values | None:
    if values is None or not str(values.get(_CUSTOMER)).endswith(mark):
        return values
    return values | {_CUSTOMER: ERASED}


def values_of(thing: Model) -> Values:
    hidden = getattr(thing, "AUDIT_HIDDEN", ())
    return {
        field.name: _value(thing, field)
        for field in thing._meta.concrete_fields
        if not (field.primary_key or isinstance(field, BinaryField) or field.name in hidden)
    }


def _moved(before: Model, after: Model) -> tuple[Values, Values]:
    """The fields that changed, as they were and as they are."""
    old, new = values_of(before), values_of(after)
    names = [name for name in new if old.get(name) != new[name]]
    return {name: old.get(name) for name in names}, {name: new[name] for name in names}


def _entry(action: str, thing: Model, before: Values | None, after: Values | None) -> Entry:
    customer_id, company_id = _concerns(thing)
    entry = Entry(
        action=action,
        thing_kind=thing._meta.model_name,
        thing_id=thing.pk,
        thing=_label(thing)[:LABEL_MAX],
        customer_id=customer_id,
        company_id=company_id,
        before=before,
        after=after,
    )
    return _by_whoever_acts(entry)


def _by_whoever_acts(entry: Entry) -> Entry:
    actor = who_acts()
    entry.actor_kind, entry.actor, entry.user_id = actor.kind, actor.name[:200], actor.user_id
    return entry


def _value(thing: Model, field: "Field[Any, Any]") -> Any:
    """What stands behind a reference is told by its name and its number: names change."""
    value = field.value_from_object(thing)
    if not isinstance(field, ForeignKey) or value is None:
        return value
    return f"{_label(getattr(thing, field.name))} (#{value})"


def _label(thing: Model) -> str:
    """Kept for good, and read by whoever: in one language."""
    with override("en"):
        return str(thing)


def _concerns(thing: Model) -> tuple[int | None, int | None]:
    if hasattr(thing, "concerns"):
        return thing.concerns()
    kind = thing._meta.model_name
    return (
        thing.pk if kind == "customer" else getattr(thing, "customer_id", None),
        thing.pk if kind == "company" else getattr(thing, "company_id", None),
    )
