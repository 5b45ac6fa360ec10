"""Limits as staff write and read them: `2 per week 30 minutes apart, 10 per calendar month for the company`.

`1 per week` is any seven days; `1 per calendar week` begins anew with the week.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.limits import Across, CountsBy, Limit, LimitError, Window
from hub.contract_errors import text_of
from hub.errors import HubError

_SECONDS: Final = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_UNIT: Final = rf"(?:{'|'.join(_SECONDS)})"
_PERIODS: Final = {
    "per calendar day": Window.DAY,
    "per calendar week": Window.WEEK,
    "per calendar month": Window.MONTH,
    "per calendar year": Window.YEAR,
    "per billing period": Window.BILLING_PERIOD,
    "in all": Window.LIFETIME,
}
_WHOM: Final = {
    "for the membership": CountsBy.MEMBERSHIP,
    "for the customer": CountsBy.CUSTOMER,
    "for the company": CountsBy.COMPANY,
}
_WHERE: Final = {
    "at all partners": Across.ALL,
    "at each partner": Across.PARTNER,
    "at each site": Across.SITE,
}
_UNSAID: Final = (CountsBy.MEMBERSHIP, Across.ALL)
_LIMIT: Final = re.compile(
    rf"(?P<count>-?[0-9]{{1,9}}) (?:(?P<period>{'|'.join(_PERIODS)})"
    rf"|per (?:(?P<times>-?[0-9]{{1,9}}) )?(?P<unit>{_UNIT})s?)(?P<rest>(?: .*)?)"
)
_GAP: Final = rf"(?P<gap>-?[0-9]{{1,9}}) (?P<gap_unit>{_UNIT})s? apart"
_REST: Final = re.compile(rf" (?:(?P<whom>{'|'.join(_WHOM)})|(?P<where>{'|'.join(_WHERE)})|{_GAP})(?= |$)")
_ROUGHLY: Final = re.compile(r"per (?:[0-9]+ )?(month|year)s?\b")


class LimitTextError(HubError):
    """Text that is no limit; the message says how to write one."""


def parse(text: str) -> tuple[Limit, ...]:
    """The limits in `text`, separated by commas, each once; none in an empty one."""
    parts = [" ".join(part.lower().split()) for part in re.split("[,;]", text)]
    limits = tuple(_limit(part) for part in parts if part)
    for number, limit in enumerate(limits):
        if limit in limits[:number]:
            raise LimitTextError(_("“%(text)s” stands here twice: leave one out.") % {"text": _text(limit)})
    return limits


def encode(limits: Iterable[Limit]) -> str:
    return ", ".join(map(_text, limits))


def _limit(part: str) -> Limit:
    found = _LIMIT.fullmatch(part)
    if found is None:
        raise LimitTextError(_no_limit(part))
    said = dict(_rest(part, found["rest"]))
    window = Window.ROLLING if found["period"] is None else _PERIODS[found["period"]]
    rolling = window is Window.ROLLING
    try:
        return Limit(
            count=int(found["count"]),
            window_seconds=int(found["times"] or 1) * _SECONDS[found["unit"]] if rolling else None,
            window=window,
            counts_by=_WHOM[said.get("whom", "for the membership")],
            across=_WHERE[said.get("where", "at all partners")],
            gap_seconds=int(said.get("gap", "0")),
        )
    except LimitError as error:
        said = _("“%(part)s” cannot be: %(why)s.") % {"part": part, "why": text_of(error)}
        raise LimitTextError(said) from error


def _rest(part: str, rest: str) -> Iterator[tuple[str, str]]:
    """What is said after the count and its time: each kind once, in any order; a gap in seconds."""
    seen: set[str] = set()
    position = 0
    while position < len(rest):
        found = _REST.match(rest, position)
        if found is None:
            raise LimitTextError(_no_rest(part, rest[position:].strip()))
        kind = "gap" if found["gap"] else str(found.lastgroup)
        if kind in seen:
            raise LimitTextError(
                _("“%(part)s” says twice %(what)s: leave one out.") % {"part": part, "what": _QUESTIONS[kind]}
            )
        seen.add(kind)
        yield kind, str(_gap_seconds(part, found)) if kind == "gap" else found[kind]
        position = found.end()


_QUESTIONS: Final = {
    "whom": gettext_lazy("for whom it counts"),
    "where": gettext_lazy("where it counts"),
    "gap": gettext_lazy("how far apart"),
}


def _gap_seconds(part: str, found: re.Match[str]) -> int:
    seconds = int(found["gap"]) * _SECONDS[found["gap_unit"]]
    if seconds == 0:
        raise LimitTextError(_("“%(part)s”: no time apart says nothing. Leave it out.") % {"part": part})
    return seconds


def _no_limit(part: str) -> str:
    roughly = _ROUGHLY.search(part)
    if roughly is not None:
        said = _(
            "“%(part)s” can be meant in two ways: write “per calendar month” for a month that begins anew on its"
            " 1st, or “per 30 days” for any 30 days."
        )
        if roughly[1] == "year":
            said = _(
                "“%(part)s” can be meant in two ways: write “per calendar year” for a year that begins anew on its"
                " 1st, or “per 365 days” for any 365 days."
            )
        return said % {"part": part}
    if re.fullmatch(_GAP, part) or any(part.startswith(each) for each in (*_WHOM, *_WHERE)):
        return _("“%(part)s” belongs to the limit before it: leave out the comma between them.") % {"part": part}
    return _(
        "“%(part)s” is no limit. Write COUNT per TIME, as in 1 per week or 3 per 30 days; or"
        " 5 per calendar month, 5 per billing period, 3 in all."
    ) % {"part": part}


def _no_rest(part: str, rest: str) -> str:
    return _(
        "“%(part)s”: “%(rest)s” is not known after a limit. Write for the customer or for the"
        " company; at each partner or at each site; and a time between two, as in 30 minutes"
        " apart."
    ) % {"part": part, "rest": rest}


def _text(limit: Limit) -> str:
    words = [f"{limit.count} {_window_text(limit)}"]
    for names, meant in ((_WHOM, limit.counts_by), (_WHERE, limit.across)):
        words += [name for name, each in names.items() if each is meant and meant not in _UNSAID]
    if limit.gap_seconds:
        times, unit = _in_units(limit.gap_seconds)
        words.append(f"{times} {unit}{'' if times == 1 else 's'} apart")
    return " ".join(words)


def _window_text(limit: Limit) -> str:
    if limit.window_seconds is None:
        return next(name for name, window in _PERIODS.items() if window is limit.window)
    times, unit = _in_units(limit.window_seconds)
    return f"per {unit}" if times == 1 else f"per {times} {unit}s"


def _in_units(seconds: int) -> tuple[int, str]:
    unit = next(name for name, each in _SECONDS.items() if seconds % each == 0)
    return seconds // _SECONDS[unit], unit
