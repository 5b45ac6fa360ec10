"""An edge's own uses, voids and passages that its replica may not hold yet: the newest facts there are.

How long each stays is edge/core/unpassed.py's affair. A use that is here and in the replica is counted once, since
facts are a union by id. A use that was undone here counts no more, whichever of the two it stands in.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from contract.effects import passage_of, use_of
from contract.facts import Passage, Position
from contract.limits import Use
from contract.messages import Ack, CheckIn, Void
from edge.core.unpassed import Unpassed

_Group = TypeVar("_Group", bound=Hashable)
_Thing = TypeVar("_Thing", Use, Passage)


class _Grouped(Generic[_Group, _Thing]):
    """Things by their id, found again by what they have in common; None: not to be found."""

    def __init__(self, group_of: Callable[[_Thing], _Group | None]) -> None:
        self._group_of: Callable[[_Thing], _Group | None] = group_of
        self._groups: dict[_Group, dict[bytes, _Thing]] = {}

    def put(self, thing: _Thing) -> None:
        if (group := self._group_of(thing)) is not None:
            self._groups.setdefault(group, {})[thing.id] = thing

    def take(self, thing: _Thing) -> None:
        group = self._group_of(thing)
        if group is None:
            return
        of_group = self._groups[group]
        del of_group[thing.id]
        if not of_group:
            del self._groups[group]

    def of(self, group: _Group) -> tuple[_Thing, ...]:
        return tuple(self._groups.get(group, {}).values())


class OwnUses:
    """Pure. A use and a passage have the id of their check-in; a void is known by what it undoes."""

    def __init__(self) -> None:
        self._unpassed = Unpassed(self._forget)
        self._uses: dict[bytes, Use] = {}
        self._passages: dict[bytes, Passage] = {}
        self._by_customer = _Grouped[int, Use](lambda use: use.customer_id)
        self._by_company = _Grouped[int, Use](lambda use: use.company_id)
        self._passages_by_customer = _Grouped[int, Passage](lambda passage: passage.customer_id)
        self._voided: set[bytes] = set()

    # What the edge does

    def add(self, row: CheckIn | Void, sequence: int | None = None) -> None:
        """What was just decided, or (with its journal's sequence) a row that the journal holds."""
        if isinstance(row, Void):
            self._voided.add(row.voids)
            self._unpassed.hold(_key_of_void(row.voids), sequence)
            return
        self._add_use(use_of(row))
        self._add_passage(passage_of(row))
        if row.id in self._uses or row.id in self._passages:
            self._unpassed.hold(row.id, sequence)

    def journaled(self, checkin_id: bytes, sequence: int) -> None:
        """The check-in is on disk. Its ack may have come first."""
        self._unpassed.journaled(checkin_id, sequence)

    def remove(self, checkin_id: bytes) -> None:
        """The check-in could not be recorded, so it did not happen."""
        self._unpassed.drop(checkin_id)
        self._forget(checkin_id)

    # What the hub and the replica do

    def acked(self, ack: Ack) -> None:
        """The hub has committed the journal up to `ack.upto`; acks of an epoch that is over change nothing. The
        replica has to pass what it names in the feed that it names."""
        self._unpassed.acked(ack)

    def forget_acks(self) -> None:
        """The journal has another id: what was acked of it counts no more, until it is acked again."""
        self._unpassed.forget_acks()

    def passed(self, position: Position) -> None:
        """The replica that decides stands at `position`, for every look-up from now on."""
        self._unpassed.passed(position)

    def hold_all(self) -> None:
        """Another replica is about to decide: nothing leaves until it is `passed`."""
        self._unpassed.hold_all()

    # What is asked

    def of(self, customer_id: int) -> tuple[Use, ...]:
        """The customer's own uses, without those that were undone."""
        return self._not_voided(self._by_customer.of(customer_id))

    def of_company(self, company_id: int) -> tuple[Use, ...]:
        """The uses under the company's memberships, whoever's they are."""
        return self._not_voided(self._by_company.of(company_id))

    def passages_of(self, customer_id: int) -> tuple[Passage, ...]:
        """The customer's last own passage of each area."""
        return self._passages_by_customer.of(customer_id)

    def is_voided(self, use_id: bytes) -> bool:
        return use_id in self._voided

    def __len__(self) -> int:
        return len(self._unpassed)

    def _not_voided(self, uses: tuple[Use, ...]) -> tuple[Use, ...]:
        return tuple(use for use in uses if use.id not in self._voided) if self._voided else uses

    def _add_use(self, use: Use | None) -> None:
        if use is not None and use.id not in self._uses:
            self._uses[use.id] = use
            self._by_customer.put(use)
            self._by_company.put(use)

    def _add_passage(self, passage: Passage | None) -> None:
        """The last one of a customer and an area says all: doors that are long offline fill no memory."""
        if passage is None or passage.id in self._passages:
            return
        of_area = [each for each in self.passages_of(passage.customer_id) if each.area == passage.area]
        if any((each.occurred_at, each.id) > (passage.occurred_at, passage.id) for each in of_area):
            return
        for earlier in of_area:
            self._take_passage(earlier)
        self._passages[passage.id] = passage
        self._passages_by_customer.put(passage)

    def _take_passage(self, passage: Passage) -> None:
        del self._passages[passage.id]
        self._passages_by_customer.take(passage)
        if passage.id not in self._uses:
            self._unpassed.drop(passage.id)

    def _forget(self, key: bytes) -> None:
        if (use := self._uses.pop(key, None)) is not None:
            self._by_customer.take(use)
            self._by_company.take(use)
        if (passage := self._passages.pop(key, None)) is not None:
            self._passages_by_customer.take(passage)
        self._voided.discard(key[1:])


def _key_of_void(checkin_id: bytes) -> bytes:
    """Longer than a check-in's id, so that no id is one."""
    return b"V" + checkin_id
