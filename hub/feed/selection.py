"""What a feed that holds less shows of a row: whose row it is, and what is left of it. Pure.

Alone in this folder it knows what rows mean (contract/rows.py, contract/plan_rows.py). Must not know which feeds
there are, nor who is in one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from contract.errors import ContractError
from contract.facts import Customer
from contract.feed import Change, Kind
from contract.plan_rows import plan_change, plan_of
from contract.rows import customer_change, gone, passage_of, pool_use_of, use_of

HOLDER_KEY_BYTES: Final = 9
"""Keys of what belongs to a customer or a company begin with theirs: a letter, and eight bytes of an id."""
HELD: Final = frozenset({Kind.LINK, Kind.MEMBERSHIP, Kind.USE, Kind.POOL_USE, Kind.PASSAGE})
"""Rows whose keys begin so; a customer's own row has nothing else for a key."""
COMMON: Final = (Kind.PLAN, Kind.SITE, Kind.SCHEDULE)
"""Rows that belong to nobody: every feed has them."""
_NAMELESS: Final = customer_change(Customer(0, "")).body


@dataclass(frozen=True, slots=True)
class Selection:
    """What a feed shows of those who are in it. None: all permissions, all areas."""

    with_names: bool = True
    permissions: frozenset[str] | None = None
    areas: frozenset[str] | None = None


def holder_of(change: Change) -> bytes | None:
    """The key of the customer or company that a row belongs to. None: of nobody, of a card (its secret), or what
    is gone and says no more whose it was."""
    if change.kind is Kind.CARD:
        return change.ref or None
    if change.kind is Kind.CUSTOMER or change.kind in HELD:
        return change.key[:HOLDER_KEY_BYTES]
    return None


def seen(selection: Selection, change: Change) -> Change:
    """The row as the feed shows it; gone, where it does not. A row that cannot be read shows nothing where
    something would have to be left out of it."""
    if change.body is None or change.kind not in _SEEN:
        return change
    try:
        return _SEEN[change.kind](selection, change, change.body)
    except ContractError:
        return gone(change)


def _customer(selection: Selection, change: Change, _body: bytes) -> Change:
    return change if selection.with_names else Change(change.kind, change.key, change.ref, _NAMELESS)


def _plan(selection: Selection, change: Change, body: bytes) -> Change:
    """Memberships point to it, so it stays, whatever is left of its grants: its holders are told the same no."""
    wanted = selection.permissions
    if wanted is None:
        return change
    plan = plan_of(change.key, body)
    return plan_change(replace(plan, grants=tuple(each for each in plan.grants if each.permission in wanted)))


def _use(selection: Selection, change: Change, body: bytes) -> Change:
    wanted = selection.permissions
    return change if wanted is None or use_of(change.key, body).permission in wanted else gone(change)


def _pool_use(selection: Selection, change: Change, body: bytes) -> Change:
    wanted = selection.permissions
    return change if wanted is None or pool_use_of(change.key, body).permission in wanted else gone(change)


def _passage(selection: Selection, change: Change, body: bytes) -> Change:
    wanted = selection.areas
    return change if wanted is None or passage_of(change.key, body).area in wanted else gone(change)


_SEEN: Final[dict[Kind, Callable[[Selection, Change, bytes], Change]]] = {
    Kind.CUSTOMER: _customer,
    Kind.PLAN: _plan,
    Kind.USE: _use,
    Kind.POOL_USE: _pool_use,
    Kind.PASSAGE: _passage,
}
