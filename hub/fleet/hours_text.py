"""Hours as staff write and read them: `08:00-18:00, 20:00-02:00`, or `closed`. Knows no database."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _

from contract.calendar import DAY_MINUTES
from contract.hours import Window
from hub.errors import HubError

CLOSED: Final = "closed"
_HOUR_MINUTES: Final = 60
_TIME: Final = r"([0-9]{1,2})(?::([0-9]{2}))?"
_WINDOW: Final = re.compile(rf"{_TIME} *[-–] *{_TIME}")  # noqa: RUF001 (people's dash)


class HoursTextError(HubError):
    """Text that is no hours; the message says how to write them."""


def parse(text: str) -> tuple[Window, ...]:
    """The windows in `text`, separated by commas, as they stand there; none where it is `closed` or empty."""
    parts = [" ".join(part.split()) for part in re.split("[,;]", text)]
    if [part.lower() for part in parts] in ([CLOSED], [""]):
        return ()
    return tuple(map(_window, parts))


def check_apart(windows: Iterable[Window]) -> None:
    """HoursTextError: two openings of one day, whose windows these are, lie over each other."""
    in_order = sorted(windows)
    for earlier, later in pairwise(in_order):
        if earlier.end_minute <= earlier.start_minute or later.start_minute < earlier.end_minute:
            raise HoursTextError(
                _("“%(earlier)s” and “%(later)s” overlap: write them as one opening.")
                % {"earlier": encode([earlier]), "later": encode([later])}
            )


def encode(windows: Iterable[Window]) -> str:
    """`parse(encode(windows))` are the same windows."""
    return ", ".join(f"{clock(each.start_minute)}-{clock(each.end_minute)}" for each in windows) or CLOSED


def clock(minute: int) -> str:
    """A minute of the day as `08:00`; 1440 as `24:00`."""
    return f"{minute // _HOUR_MINUTES:02}:{minute % _HOUR_MINUTES:02}"


def _window(part: str) -> Window:
    found = _WINDOW.fullmatch(part)
    if found is None:
        said = _("“%(part)s” is no opening. Write them as in 08:00-18:00, 20:00-02:00, or write closed.")
        raise HoursTextError(said % {"part": part})
    start, end = _minute(*found.group(1, 2)), _minute(*found.group(3, 4))
    if start == DAY_MINUTES:
        raise HoursTextError(
            _("“%(part)s” cannot be: 24:00 is an end only. The day begins at 00:00.") % {"part": part}
        )
    if start == end:
        raise HoursTextError(
            _("“%(part)s” begins and ends at the same time. The whole day is 00:00-24:00.") % {"part": part}
        )
    return Window(start, end)


def _minute(hours: str, minutes: str | None) -> int:
    """`8` alone is 08:00."""
    past = int(minutes or 0)
    minute = int(hours) * _HOUR_MINUTES + past
    if past >= _HOUR_MINUTES or minute > DAY_MINUTES:
        raise HoursTextError(
            _("%(hours)s:%(past)s is no time of day: write 00:00 to 24:00.")
            % {"hours": hours, "past": f"{past:02}"}
        )
    return minute
