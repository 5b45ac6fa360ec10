"""How long something is, in the unit that a person would take. Knows no clock."""

from typing import Final

_MINUTE_S: Final = 60.0
_HOUR_S: Final = 3_600.0
_DAY_S: Final = 86_400.0
_YEAR_S: Final = 365.25 * _DAY_S
_UNITS: Final = ((_YEAR_S, "years"), (_DAY_S, "days"), (_HOUR_S, "hours"), (_MINUTE_S, "minutes"))


def span(seconds: float) -> str:
    """`seconds` (0 and more) in the largest unit of which there are at least two."""
    for unit_s, unit in _UNITS:
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{seconds:.0f} s"
