"""What a time zone, a time of day, hours and seconds may look like; the rules themselves are the contract's."""

import math
from datetime import time
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from contract.calendar import CalendarError, zone_of
from hub.fleet import hours_text


def time_zone(text: str) -> None:
    try:
        zone_of(text)
    except CalendarError as error:
        raise ValidationError(f"{error}.") from error
    # A machine's own files, such as localtime, mean something else on the next one.
    if text not in available_timezones():
        raise ValidationError("Use a time zone's name from the IANA database, as in Europe/Berlin or UTC.")


def whole_minute(value: time) -> None:
    if value.second or value.microsecond:
        raise ValidationError("Write hours and minutes, as in 06:00: a day begins at a whole minute.")


def finite(value: float) -> None:
    if not math.isfinite(value):
        raise ValidationError("Write a number of seconds.")


def hours(text: str) -> None:
    try:
        hours_text.parse(text)
    except hours_text.HoursTextError as error:
        raise ValidationError(str(error)) from error
