"""A feed in a dictionary, and what belongs to a card by following refs and prefixes: the model of lookups."""

from collections import Counter
from collections.abc import Iterable

from contract.facts import Position
from contract.feed import Change, Kind
from contract.gathering import StoredRow
from hub.feed.lookup import rows_of_card, rows_of_customer

Rows = dict[tuple[int, bytes], tuple[bytes, bytes]]
"""Ref and body by kind and key."""


class Stood:
    """Every state that a feed went through."""

    def __init__(self) -> None:
        self._states: list[Rows] = [{}]

    @property
    def sequence(self) -> int:
        return len(self._states) - 1

    def at(self, sequence: int | None) -> Rows:
        return self._states[-1 if sequence is None else sequence]

    def append(self, changes: Iterable[Change]) -> None:
        """One transaction: of each key the last change counts, in the place of the first."""
        wanted = {(int(change.kind), change.key): (change.ref, change.body) for change in changes}
        before = self._states[-1]
        for identity, (ref, body) in wanted.items():
            if body is None and identity in before:
                self._states.append({key: row for key, row in self._states[-1].items() if key != identity})
            elif body is not None and before.get(identity) != (ref, body):
                self._states.append(self._states[-1] | {identity: (ref, body)})

    @staticmethod
    def found(name: str, asked: bytes | int, sequence: int | None) -> tuple[Position, Counter[StoredRow]]:
        """What the hub finds; an int asks for a customer."""
        look_up = rows_of_customer if isinstance(asked, int) else rows_of_card
        found = look_up(name, asked, sequence)  # type: ignore[operator]
        return found.position, Counter(found.rows)


def rows_for_card(rows: Rows, card_hash: bytes) -> Counter[StoredRow]:
    of_card = _of(rows, Kind.CARD, {card_hash}) + _of(rows, Kind.ROTATING, {card_hash})
    customers = {rows[Kind.CARD, card_hash][0]} if (Kind.CARD, card_hash) in rows else set()
    return of_card + _belonging(rows, customers)


def rows_for_customer(rows: Rows, customer: bytes) -> Counter[StoredRow]:
    return _belonging(rows, {customer})


def _belonging(rows: Rows, customers: set[bytes]) -> Counter[StoredRow]:
    links = _under(rows, Kind.LINK, customers)
    companies = {ref for _, _, ref, _ in links}
    memberships = _under(rows, Kind.MEMBERSHIP, customers | companies)
    plans = _of(rows, Kind.PLAN, {ref for _, _, ref, _ in memberships})
    passages = _under(rows, Kind.PASSAGE, customers)
    used = _under(rows, Kind.USE, customers) + _under(rows, Kind.POOL_USE, companies)
    shared = Counter(row for row in _stored(rows) if row[0] in (Kind.SITE, Kind.SCHEDULE))
    return links + memberships + plans + used + passages + shared + _of(rows, Kind.CUSTOMER, customers)


def _of(rows: Rows, kind: int, keys: set[bytes]) -> Counter[StoredRow]:
    return Counter(row for row in _stored(rows) if row[0] == kind and row[1] in keys)


def _under(rows: Rows, kind: int, prefixes: set[bytes]) -> Counter[StoredRow]:
    return Counter(row for row in _stored(rows) if row[0] == kind and row[1].startswith(tuple(prefixes)))


def _stored(rows: Rows) -> Iterable[StoredRow]:
    return ((kind, key, ref, body) for (kind, key), (ref, body) in rows.items())
