"""What a time zone, a time of day, hours and seconds may look like; the rules themselves are the contract's."""

import math
from collections.abc import Collection
from datetime import time
from difflib import get_close_matches
from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contract.calendar import CalendarError, zone_of
from hub.fleet import hours_text

_ZONES_SHOWN: Final = 3
_ZONE_LIKENESS: Final = 0.85


def time_zone(text: str) -> None:
    known = available_timezones()
    try:
        zone_of(text)
    except CalendarError as error:
        near = _zones_near(text, known)
        if near:
            raise ValidationError(
                _("“%(text)s” is no time zone: did you mean %(near)s?")
                % {"text": text, "near": _(" or ").join(near)}
            ) from error
        raise ValidationError(f"{error}.") from error
    # A machine's own files, such as localtime, mean something else on the next one.
    if text not in known:
        raise ValidationError(_("Use a time zone's name from the IANA database, as in Europe/Berlin or UTC."))


def _zones_near(text: str, known: Collection[str]) -> list[str]:
    """A few whose last part, the place, is `text` or nearly so; or that are spelled nearly like it as a whole."""
    wanted = "_".join(text.lower().split())
    of_place: dict[str, list[str]] = {}
    for name in sorted(known):
        of_place.setdefault(name.lower().rpartition("/")[2], []).append(name)
        of_place.setdefault(name.lower(), []).append(name)
    near = [wanted] if wanted in of_place else get_close_matches(wanted, of_place, _ZONES_SHOWN, _ZONE_LIKENESS)
    found = dict.fromkeys(name for place in near for name in of_place[place])
    return list(found)[:_ZONES_SHOWN]


def whole_minute(value: time) -> None:
    if value.second or value.microsecond:
        raise ValidationError(_("Write hours and minutes, as in 06:00: a day begins at a whole minute."))


def finite(value: float) -> None:
    if not math.isfinite(value):
        raise ValidationError(_("Write a number of seconds."))


def hours(text: str) -> None:
    """Of one day."""
    try:
        hours_text.check_apart(hours_text.parse(text))
    except hours_text.HoursTextError as error:
        raise ValidationError(str(error)) from error
