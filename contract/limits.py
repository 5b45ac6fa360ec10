"""Limits: how often a benefit may be used, and when it is next due.

A use counts from the instant it happened. The window is rolling: at `t`, uses with occurred_at > t - window
count, so a use leaves the window exactly one window after it happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.errors import ContractError


class LimitError(ContractError):
    """A limit that cannot be meant; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` uses within any `window_seconds` (1 second to 10 years)."""

    count: int
    window_seconds: int

    def __post_init__(self) -> None:
        if not 1 <= self.count <= 1_000_000:
            raise LimitError(f"a limit's count is 1 to 1000000, not {self.count}")
        if not 1 <= self.window_seconds <= 315_576_000:
            raise LimitError(f"a limit's window is 1 to 315576000 seconds (10 years), not {self.window_seconds}")

    @property
    def window(self) -> timedelta:
        return timedelta(seconds=self.window_seconds)


@dataclass(frozen=True, slots=True)
class Use:
    """One check-in that counts: a customer used a permission of a membership."""

    id: bytes
    customer_id: int
    membership_id: int
    permission: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left under all limits of a grant. `remaining` None: unlimited. `next_available_at` is set only
    where nothing remains. `counted` are the ids that were counted, sorted, so that a decision can be replayed."""

    remaining: int | None
    next_available_at: datetime | None
    counted: tuple[bytes, ...]


def allowance_at(limits: Iterable[Limit], uses: Iterable[Use], at: datetime) -> Allowance:
    """What `limits` leave at `at`, given the uses that they count (each once, in any order)."""
    moments = {use.id: use.occurred_at for use in uses}
    remaining: int | None = None
    next_available_at: datetime | None = None
    counted: set[bytes] = set()
    for limit in limits:
        inside = sorted((moment, use_id) for use_id, moment in moments.items() if moment > at - limit.window)
        counted.update(use_id for _, use_id in inside)
        left = max(0, limit.count - len(inside))
        remaining = left if remaining is None else min(remaining, left)
        if left == 0:
            free_at = inside[-limit.count][0] + limit.window
            next_available_at = free_at if next_available_at is None else max(next_available_at, free_at)
    return Allowance(remaining, next_available_at, tuple(sorted(counted)))
