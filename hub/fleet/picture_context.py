"""The picture of a schedule, made ready for its template: places in words, and where on a line each piece lies."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from contract.calendar import zone_of
from hub.fleet import hours_text, hours_words, queries
from hub.fleet.hours_models import Schedule
from hub.fleet.models import Site
from hub.fleet.picture import DayShown, Piece, PieceKind
from hub.fleet.queries import PICTURE_DAYS, ScheduleShown

_HOURS = tuple(range(0, 25, 3))
_USUAL = timedelta(hours=24)
_KINDS = {
    PieceKind.OPEN: pgettext_lazy("hours", "open"),
    PieceKind.SKIPPED: pgettext_lazy("hours", "skipped"),
    PieceKind.TWICE: pgettext_lazy("hours", "twice"),
}
_HEIGHT = 20
_NARROW = 6


def picture_of(
    schedule: Schedule, site_name: str | None, first: str | None, at: datetime
) -> dict[str, Any] | None:
    """At the site of that name, or at the first one; from the ISO date `first` on, or from today.

    None: there is no site.
    """
    sites = list(Site.objects.all())
    if not sites:
        return None
    site = next((each for each in sites if each.name == site_name), sites[0])
    shown = queries.schedule_shown(schedule, site, at, _date(first))
    start = shown.days[0].day
    return {
        "site": site,
        "other_sites": [each for each in sites if each != site],
        "open_now": shown.open_now,
        "earlier": start - timedelta(days=PICTURE_DAYS),
        "later": start + timedelta(days=PICTURE_DAYS),
        "hours": [f"{hour:02}" for hour in _HOURS],
        "grid": [hour * 60 for hour in _HOURS[1:-1]],
        "days": [_day(day, shown, at) for day in shown.days],
        "clocks_change": any(day.length != _USUAL for day in shown.days),
    }


def _date(text: str | None) -> date | None:
    """None where it is none, or so far away that there are no fourteen days more."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if date(1970, 1, 1) <= found <= date(9000, 1, 1) else None


def _day(day: DayShown, shown: ScheduleShown, at: datetime) -> dict[str, Any]:
    local = at.astimezone(zone_of(shown.site.time_zone))
    is_today = day.day == shown.today
    return {
        "date": day.day,
        "is_today": is_today,
        "is_weekend": day.day.weekday() >= 5,
        "now_minute": local.hour * 60 + local.minute if is_today else None,
        "pieces": [_piece(piece) for piece in day.pieces],
        "words": hours_words.said(day.windows),
        "notes": ", ".join(filter(None, [shown.named.get(day.day), _carried_text(day), _length_text(day)])),
    }


def _carried_text(day: DayShown) -> str | None:
    """As in `until 04:00 from the day before`."""
    first = next((each for each in day.pieces if each.kind is PieceKind.OPEN), None)
    if first is None or first.start_minute > 0 or any(each.start_minute == 0 for each in day.windows):
        return None
    return _("until %(clock)s from the day before") % {"clock": hours_text.clock(first.end_minute)}


def _length_text(day: DayShown) -> str | None:
    """As in `23 hours: clocks go forward`."""
    if day.length == _USUAL:
        return None
    if not day.length:
        return _("this day does not exist here")
    hours = day.length / timedelta(hours=1)
    said = _("%(hours)s hours: clocks go forward") if day.length < _USUAL else _("%(hours)s hours: clocks go back")
    return said % {"hours": f"{hours:g}"}


def _piece(piece: Piece) -> dict[str, Any]:
    """What came twice lies as a narrow strip over what is open."""
    narrow = piece.kind is PieceKind.TWICE
    span = f"{hours_text.clock(piece.start_minute)}-{hours_text.clock(piece.end_minute)}"
    return {
        "kind": piece.kind.value,
        "start_minute": piece.start_minute,
        "width": piece.end_minute - piece.start_minute,
        "y": _HEIGHT - _NARROW if narrow else 0,
        "height": _NARROW if narrow else _HEIGHT,
        "words": f"{span} {_KINDS[piece.kind]}",
    }
