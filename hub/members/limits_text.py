"""Limits as staff write and read them: `1 per week, 3 per 30 days`."""

import re
from collections.abc import Iterable
from typing import Final

from contract.limits import Limit, LimitError
from hub.errors import HubError

_SECONDS: Final = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_LIMIT: Final = re.compile(rf"([0-9]{{1,9}}) per (?:([0-9]{{1,9}}) )?({'|'.join(_SECONDS)})s?")


class LimitTextError(HubError):
    """Text that is no limit; the message says how to write one."""


def parse(text: str) -> tuple[Limit, ...]:
    """The limits in `text`, separated by commas; none in an empty one."""
    parts = [" ".join(part.lower().split()) for part in re.split("[,;]", text)]
    return tuple(_limit(part) for part in parts if part)


def encode(limits: Iterable[Limit]) -> str:
    return ", ".join(_text(limit) for limit in limits)


def _limit(part: str) -> Limit:
    found = _LIMIT.fullmatch(part)
    if found is None:
        raise LimitTextError(f"“{part}” is no limit. Write COUNT per TIME, as in 1 per week or 3 per 30 days.")
    count, times, unit = found.groups()
    try:
        return Limit(int(count), int(times or 1) * _SECONDS[unit])
    except LimitError as error:
        raise LimitTextError(f"“{part}” cannot be: {error}.") from error


def _text(limit: Limit) -> str:
    unit = next(name for name, seconds in _SECONDS.items() if limit.window_seconds % seconds == 0)
    times = limit.window_seconds // _SECONDS[unit]
    return f"{limit.count} per {unit}" if times == 1 else f"{limit.count} per {times} {unit}s"
