"""Which of many uses were over a limit: what contract/limits.py says of each, asked of all at once.

Uses have one order, (occurred_at, id), and each is judged on those before it. `allowance_at` looks at every use
that it is given; here those that count together are laid out in a line first, and a limit is asked by where its
window begins in that line. So judging n uses takes about n log n steps.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Final

from contract.limits import Across, Counting, CountsBy, Limit, Use, Window, period_of

_Place = tuple[datetime, bytes]
_Line = list[_Place]
_AT: Final = itemgetter(0)


class Replay:
    """Uses of one permission (each id once, in any order), to be judged one by one."""

    def __init__(self, uses: Iterable[Use]) -> None:
        self._uses = sorted(uses, key=_place)
        self._lines: dict[tuple[CountsBy, Across], dict[Hashable, _Line]] = {}

    def is_over(self, limits: Iterable[Limit], use: Use, counting: Counting) -> bool:
        """Whether some limit left nothing at the use, or it came within a gap; as `allowance_at` says it.

        `use` need not be one of them; `counting` is for whom and where it was made.
        """
        return any(self._blocks(limit, use, counting) for limit in limits)

    def _blocks(self, limit: Limit, use: Use, counting: Counting) -> bool:
        line = self._line(limit, counting)
        end = bisect_left(line, _place(use))
        # Mostly there are too few of them for it, whenever they were.
        if end >= limit.count and end - _start(limit, line, end, counting, use.occurred_at) >= limit.count:
            return True
        gap = timedelta(seconds=limit.gap_seconds)
        return end > 0 and line[end - 1][0] + gap > use.occurred_at

    def _line(self, limit: Limit, counting: Counting) -> _Line:
        """All that counts together with what is asked about, at whatever time."""
        counts_by = limit.counts_by
        if counts_by is CountsBy.COMPANY and counting.company_id is None:
            counts_by = CountsBy.MEMBERSHIP
        of = (counts_by, limit.across)
        if of not in self._lines:
            self._lines[of] = self._laid_out(*of)
        return self._lines[of].get(_together(*of, counting), [])

    def _laid_out(self, counts_by: CountsBy, across: Across) -> dict[Hashable, _Line]:
        lines: dict[Hashable, _Line] = defaultdict(list)
        for use in self._uses:
            lines[_together(counts_by, across, use)].append(_place(use))
        return lines


_place: Final = attrgetter("occurred_at", "id")
_WHOSE: Final = {
    CountsBy.MEMBERSHIP: attrgetter("membership_id", "customer_id"),
    CountsBy.CUSTOMER: attrgetter("customer_id"),
    CountsBy.COMPANY: attrgetter("company_id"),
}
_WHERE: Final = {Across.PARTNER: attrgetter("partner"), Across.SITE: attrgetter("site")}


def _together(counts_by: CountsBy, across: Across, of: Use | Counting) -> Hashable:
    return _WHOSE[counts_by](of), None if across is Across.ALL else _WHERE[across](of)


def _start(limit: Limit, line: _Line, end: int, counting: Counting, at: datetime) -> int:
    """Where in the line the limit's window of `at` begins."""
    if limit.window is Window.ROLLING:
        since = at - timedelta(seconds=limit.window_seconds or 0)
        return bisect_right(line, since, hi=end, key=_AT)
    period = period_of(limit.window, counting, at)
    return 0 if period is None else bisect_left(line, period[0], hi=end, key=_AT)
