"""What stands in a cell of each kind of field, both ways. NotUnderstood says what may stand there.

A date alone is its midnight in the zone that the import was told; dates that begin with the day are taken only
where that was chosen.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from hub.instants import YEARS

DAYS_FIRST: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ ,T]+(\d{1,2}:\d{2}(?::\d{2})?))?")
_DIGITS_MAX: Final = 18


class NotUnderstood(ValidationError):
    """A cell cannot be meant; the text says what may stand there."""


class TextWidget(Widget):
    """None empties it: that is what `(clear)` is read as."""

    def clean(self, value: str | None, row: Any = None, **_told: Any) -> Any:
        return value or ""

    def render(self, value: Any, obj: Any = None, **_told: Any) -> str:
        return "" if value is None else str(value).strip()


class NumberWidget(TextWidget):
    """A whole number; nothing is None."""

    def clean(self, value: str | None, row: Any = None, **_told: Any) -> Any:
        if value is None:
            return None
        if not (value.isascii() and value.isdecimal() and len(value) <= _DIGITS_MAX):
            raise NotUnderstood(_("Give a whole number, as in 12."))
        return int(value)


class ChoiceWidget(TextWidget):
    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__()
        self._choices = choices

    def clean(self, value: str | None, row: Any = None, **_told: Any) -> Any:
        wanted = (value or "").strip().lower().replace(" ", "_")
        if wanted not in self._choices:
            raise NotUnderstood(_("Use one of: %(choices)s.") % {"choices": ", ".join(self._choices)})
        return wanted


class YesNoWidget(ChoiceWidget):
    def __init__(self) -> None:
        super().__init__(("yes", "no"))

    def clean(self, value: str | None, row: Any = None, **_told: Any) -> bool:
        return bool(super().clean(value) == "yes")

    def render(self, value: Any, obj: Any = None, **_told: Any) -> str:
        return "yes" if value else "no"


class InstantWidget(TextWidget):
    """As in 2026-03-01, 2026-03-01 18:00 or 2026-03-01T18:00+01:00; with `day_first` as in 1.3.2026, too."""

    def __init__(self, zone: ZoneInfo, day_first: bool) -> None:
        super().__init__()
        self._zone = zone
        self._day_first = day_first

    def clean(self, value: str | None, row: Any = None, **_told: Any) -> datetime | None:
        if value is None:
            return None
        try:
            at = self._parsed(value)
        except (ValueError, OverflowError) as error:
            raise NotUnderstood(self._says(value)) from error
        if at.year not in YEARS:
            raise NotUnderstood(_("Give a date in the years 1900 to 2999; what has no end has an empty cell."))
        return (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)

    def render(self, value: Any, obj: Any = None, **_told: Any) -> str:
        """The date alone where it is that day's midnight."""
        if value is None:
            return ""
        local = value.astimezone(self._zone)
        is_midnight = local.time() == time() and local.fold == 0
        return local.date().isoformat() if is_midnight else local.isoformat()

    def _parsed(self, text: str) -> datetime:
        found = DAYS_FIRST.fullmatch(text)
        if found is None:
            return datetime.fromisoformat(text)
        if not self._day_first:
            raise ValueError(_("which is the day?"))
        day, month, year, clock = found.groups()
        at = time.fromisoformat(clock.zfill(5) if len(clock) < 6 else clock.zfill(8)) if clock else time()
        return datetime.combine(datetime(int(year), int(month), int(day)), at)  # noqa: DTZ001 (its zone comes later)

    def _says(self, text: str) -> str:
        if DAYS_FIRST.fullmatch(text) and not self._day_first:
            return _("Write it as in 2026-03-01, or choose “dates begin with the day”.")
        if self._day_first:
            return _("There is no such date: write it as in 1.3.2026 or 2026-03-01.")
        return _("There is no such date: write it as in 2026-03-01 or 2026-03-01 18:00.")
