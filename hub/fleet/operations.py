"""Every write to sites, schedules, edges and readers, and to what edges say of themselves.

Sites and schedules stand in every feed, in the transaction that changes them. Edges and readers stand in none:
they know themselves by their configuration.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from contract.feed import Change
from contract.high_water import PRESENCE, Mark
from contract.instants import from_us
from contract.messages import Presence
from contract.rows import gone
from hub.audit import operations as audit
from hub.feed import operations as feed
from hub.fleet import rows
from hub.fleet.edge_marks import raise_mark
from hub.fleet.feed_scope import ASKED, check_inside
from hub.fleet.hours_models import ExceptionDay
from hub.fleet.models import Edge, EdgePresence, Holiday, Reader, Schedule, ScheduleException, Site
from hub.fleet.named import hold_edge
from hub.members.writing import RowOf, delete_unless_in_use, stored, writing

_SAID_AS_IT_IS: Final = (
    *("online", "version", "feed", "epoch", "sequence", "replica_age_s"),
    *("journal", "last", "acked"),
)
_Place = TypeVar("_Place", Site, Schedule)
_Day = TypeVar("_Day", Holiday, ScheduleException)


def save_site(site: Site) -> Site:
    """Its name stays what it was: edges know it by that."""
    return _save_place(site, "name", rows.site_row)


def save_schedule(schedule: Schedule) -> Schedule:
    """Its slug stays what it was: edges and plans know it by that."""
    return _save_place(schedule, "slug", rows.schedule_row)


def replace_holidays(site: Site, holidays: Collection[Holiday]) -> None:
    """The site has exactly these. ValidationError: one cannot be, or a day stands there twice."""
    with writing():
        before = _days(site.holidays.all())
        site.holidays.all().delete()
        _add_days(Holiday, holidays)
        _note_days("holidays", site, before, _days(site.holidays.all()))
        feed.append_to_all([rows.site_row(site)])


def replace_exceptions(schedule: Schedule, exceptions: Collection[ScheduleException]) -> None:
    """The schedule has exactly these. ValidationError: one cannot be, or a day stands there twice."""
    with writing():
        before = _days(schedule.exceptions.all())
        schedule.exceptions.all().delete()
        _add_days(ScheduleException, exceptions)
        _note_days("exceptions", schedule, before, _days(schedule.exceptions.all()))
        feed.append_to_all([rows.schedule_row(schedule)])


def check_days(days: Iterable[ExceptionDay]) -> None:
    """ValidationError: two stand on one date, or on one day of every year."""
    seen = set()
    for day in days:
        date = (day.month, day.day, day.year)
        if date in seen:
            raise ValidationError(_("%(day)s stands here twice: write its hours into one line.") % {"day": day})
        seen.add(date)


def append_places() -> None:
    """Brings every feed to all sites and schedules; what a feed says already stays as it is."""
    with writing():
        changes = [*map(rows.site_row, Site.objects.all()), *map(rows.schedule_row, Schedule.objects.all())]
        feed.append_to_all(changes)


def save_edge(edge: Edge) -> Edge:
    """Who it is, and how far its orders have come, stay as they stand: others may write them at the same time.

    ValidationError: a field does not fit, or a reader asks for what the feed does not hold.
    """
    with transaction.atomic():
        edge.full_clean()
        if edge.pk is not None:
            check_inside(edge.feed, edge.readers.select_related(*ASKED), "feed")
        before = stored(edge)
        edge.save(update_fields=None if edge.pk is None else ["name", "site", "feed"])
        audit.note_changed(before, Edge.objects.select_related("site", "feed").get(pk=edge.pk))
    return edge


def save_reader(reader: Reader) -> Reader:
    """ValidationError: a field does not fit, or it asks for what its edge's feed does not hold."""
    with transaction.atomic():
        reader.full_clean()
        check_inside(reader.edge.feed, [reader])
        before = stored(reader)
        reader.save()
        audit.note_changed(before, reader)
    return reader


def note_presence(edge_name: str, presence: Presence, at: datetime) -> None:
    """What an edge says of itself, come in at `at`: the newest counts, by its mark. The same again changes
    nothing, not even when it was heard of: brokers say an edge's last words again at each connection.

    A last will was written at its connection's beginning, so it takes nothing back of what was said since.
    UnknownEdge: it is no edge of this hub. StaleMark: it said something newer before.
    """
    with transaction.atomic():
        edge = hold_edge(edge_name)
        if not raise_mark(edge.pk, PRESENCE, Mark(presence.start, presence.n)):
            return
        before = EdgePresence.objects.filter(edge=edge).first()
        said = _said(presence)
        if before is not None and not presence.online and said["said_at"] < before.said_at:
            said = {"online": False}
        if presence.online:
            said |= _due(before, presence, at)
        stays = before is not None and before.online == presence.online
        said |= {"received_at": at, "since": before.since if before is not None and stays else at}
        EdgePresence.objects.update_or_create(edge=edge, defaults=said)


def delete_sites(sites: Iterable[Site]) -> None:
    """With their holidays. InUse: an edge stands there."""
    _delete_places(sites, rows.site_row)


def delete_schedules(schedules: Iterable[Schedule]) -> None:
    """With their exceptions. InUse: a plan grants something in these hours, or a door stands open in them."""
    _delete_places(schedules, rows.schedule_row)


def delete_edges(edges: Iterable[Edge]) -> None:
    """With their readers. InUse: check-ins of an edge stand at the hub."""
    _delete(edges)


def delete_readers(readers: Iterable[Reader]) -> None:
    _delete(readers)


def _save_place(place: _Place, name: str, row: RowOf[_Place]) -> _Place:
    with writing():
        before = stored(place)
        if before is not None and getattr(before, name) != getattr(place, name):
            raise ValidationError(
                {name: _("Edges know it as “%(name)s”: that cannot be changed.") % {"name": getattr(before, name)}}
            )
        place.full_clean()
        place.save()
        audit.note_changed(before, place)
        feed.append_to_all([row(place)])
    return place


def _delete_places(places: Iterable[_Place], row: RowOf[_Place]) -> None:
    with writing():
        for place in filter(None, map(stored, places)):
            change: Change = gone(row(place))
            audit.note_deleted(place)
            delete_unless_in_use(place)
            feed.append_to_all([change])


def _add_days(model: type[_Day], days: Collection[_Day]) -> None:
    check_days(days)
    for day in days:
        day.full_clean()
    model._default_manager.bulk_create(days)


def _days(days: Iterable[ExceptionDay]) -> list[str]:
    return [str(day) for day in days]


def _note_days(what: str, place: Site | Schedule, before: list[str], after: list[str]) -> None:
    if before != after:
        audit.note(f"{what} changed", place, {what: before}, {what: after})


def _said(presence: Presence) -> dict[str, Any]:
    return {
        **{name: getattr(presence, name) for name in _SAID_AS_IT_IS},
        "said_at": from_us(presence.at_us),
        "clock": presence.clock.value,
        "readers": [{"name": reader.name, "open": reader.open} for reader in presence.readers],
        "journal_fault": presence.journal_fault or "",
    }


def _due(before: EdgePresence | None, presence: Presence, at: datetime) -> dict[str, Any]:
    """What waits to be acked, and since when at least: known anew once all that was due is acked."""
    if before is not None and bytes(before.journal) == presence.journal and presence.acked < before.due:
        return {}
    return {"due": presence.last, "due_at": at}


def _delete(things: Iterable[Model]) -> None:
    with transaction.atomic():
        for thing in things:
            audit.note_deleted(thing)
            delete_unless_in_use(thing)
