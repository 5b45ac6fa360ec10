"""How hub/members/operations.py writes: the feed held, the things checked, rows appended, the audit log
written, all in one transaction.

The feed is held from the first statement on, so that rows are computed from what will be committed and no two
writers wait for each other in a circle. Many new things are written in transactions of at most 1,000.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from django.db import transaction
from django.db.models import ForeignKey, Model, ProtectedError
from django.utils.translation import gettext as _

from contract.feed import Change
from contract.rows import gone
from hub.audit import operations as audit
from hub.errors import HubError
from hub.feed import operations as feed
from hub.feed.operations import EVERYONE
from hub.thing_words import one_of

AT_ONCE: Final = 1_000

Thing = TypeVar("Thing", bound=Model)
RowOf = Callable[[Thing], Change]


class InUse(HubError):
    """Something cannot be deleted, since something else needs it."""


@contextmanager
def writing() -> Iterator[None]:
    with transaction.atomic():
        feed.hold(EVERYONE)
        yield


def save(thing: Thing, row: RowOf[Thing] | None = None, action: str = "") -> Thing:
    """`action`: the audit log's word for it, where created or changed says too little.

    django.core.exceptions.ValidationError: a field does not fit.
    """
    with writing():
        thing.full_clean()
        before = stored(thing)
        thing.save()
        audit.note_changed(before, thing, action)
        if row is not None:
            feed.append(EVERYONE, _moved(before, thing, row))
    return thing


def add(model: type[Thing], things: Iterable[Thing], row: RowOf[Thing] | None = None) -> list[Thing]:
    """New things, 1,000 a transaction: what a failure leaves are whole thousands."""
    added: list[Thing] = []
    waiting = iter(things)
    while chunk := list(islice(waiting, AT_ONCE)):
        _check_fields(model, chunk)
        with writing():
            model._default_manager.bulk_create(chunk)
            audit.note_created(chunk)
            if row is not None:
                feed.append(EVERYONE, map(row, chunk))
        added += chunk
    return added


def change(model: type[Thing], things: Sequence[Thing], row: RowOf[Thing] | None = None) -> None:
    """Many that are there already, all in one transaction. What must be unique is for the caller to look at."""
    references = [field.name for field in model._meta.fields if isinstance(field, ForeignKey)]
    with writing():
        stored_ones = model._default_manager.select_related(*references).in_bulk([each.pk for each in things])
        _check_fields(model, things)
        for thing in things:
            thing.save(force_update=True)
        audit.note_all_changed((stored_ones[each.pk], each) for each in things)
        if row is not None:
            feed.append(EVERYONE, [moved for each in things for moved in _moved(stored_ones[each.pk], each, row)])


def delete(things: Iterable[Thing], row: RowOf[Thing] | None = None) -> None:
    """As they are stored, whatever a form made of them. InUse: something else needs one; then none is deleted."""
    with writing():
        for thing in filter(None, map(stored, things)):
            if row is not None:
                feed.append(EVERYONE, [gone(row(thing))])
            audit.note_deleted(thing)
            delete_unless_in_use(thing)


def delete_unless_in_use(thing: Model) -> None:
    try:
        thing.delete()
    except ProtectedError as error:
        needs = _(" and a ").join(sorted({one_of(type(each)) for each in error.protected_objects}))
        said = _("“%(thing)s” is still in use by a %(needs)s: delete or change that first")
        raise InUse(said % {"thing": thing, "needs": needs}) from error


def revoke(things: Iterable[Thing], at: datetime, row: RowOf[Thing]) -> None:
    """Sets `revoked_at` where it is not set yet."""
    with writing():
        for thing in filter(None, map(stored, things)):
            if thing.revoked_at is None:
                thing.revoked_at = at
                save(thing, row, action="revoked")


def stored(thing: Thing) -> Thing | None:
    """The thing as the database has it, or None."""
    return type(thing)._default_manager.filter(pk=thing.pk).first()


def _moved(before: Thing | None, after: Thing, row: RowOf[Thing]) -> list[Change]:
    """A thing whose key has changed leaves its old row behind as gone."""
    new = row(after)
    old = None if before is None else row(before)
    return [new] if old is None or old.key == new.key else [gone(old), new]


def _check_fields(model: type[Thing], things: Iterable[Thing]) -> None:
    # The database checks references, without a question for each.
    references = {field.name for field in model._meta.fields if isinstance(field, ForeignKey)}
    for thing in things:
        thing.clean_fields(exclude=references)
