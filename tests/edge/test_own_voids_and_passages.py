"""Own voids and passages: what was undone here, and who went in or out, until the replica knows."""

from datetime import timedelta
from typing import Any

import pytest

from contract.ask import Direction, Policy
from contract.facts import Passage
from contract.instants import to_us
from contract.messages import CheckIn, Void
from edge.core.own_uses import OwnUses
from tests.edge.fakes import NOON
from tests.edge.test_own_uses import ack, at, checkin, use


@pytest.fixture
def own() -> OwnUses:
    return OwnUses()


# Voids


def void(number: int) -> Void:
    return Void(voids=number.to_bytes(16, "big"), at_us=to_us(NOON), reader="counter")


def test_what_was_undone_counts_no_more_until_the_replica_has_let_it_go(own: OwnUses) -> None:
    own.passed(at(5, 1))
    own.add(checkin(1), sequence=1)
    own.acked(ack(1, 5, 10))
    own.add(void(1), sequence=2)
    assert own.of(7) == ()
    assert own.is_voided(use(1).id)
    own.passed(at(5, 10))
    assert own.is_voided(use(1).id)
    own.acked(ack(2, 5, 12))
    own.passed(at(5, 11))
    assert own.is_voided(use(1).id)
    own.passed(at(5, 12))
    assert (own.is_voided(use(1).id), len(own)) == (False, 0)


def test_what_was_undone_stays_so_in_whatever_order_the_journal_is_read(own: OwnUses) -> None:
    own.add(void(1), sequence=2)
    own.add(checkin(1, company=90), sequence=1)
    own.add(checkin(2, company=90), sequence=3)
    assert [each.id for each in own.of(7)] == [use(2).id]
    assert [each.id for each in own.of_company(90)] == [use(2).id]


def test_what_was_undone_never_counts_again_while_ack_and_replica_come(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.add(void(1), sequence=2)
    own.acked(ack(1, 5, 10))
    own.passed(at(5, 10))
    assert (own.of(7), own.is_voided(use(1).id)) == ((), True)


# Passages


def way(number: int, minute: int, direction: Direction = Direction.IN, area: str = "hall", **more: Any) -> CheckIn:
    policy = Policy(area=area, direction=direction)
    fields = {"counted": False, "policy": policy, "at": NOON + timedelta(minutes=minute)}
    return checkin(number, **(fields | more))


def ways(own: OwnUses, customer: int = 7) -> list[tuple[int, str, Direction]]:
    return [(int.from_bytes(each.id, "big"), each.area, each.direction) for each in own.passages_of(customer)]


def test_the_last_passage_of_each_area_says_all(own: OwnUses) -> None:
    own.add(way(1, 0))
    assert own.passages_of(7) == (Passage(use(1).id, 7, "hall", Direction.IN, NOON),)
    own.add(way(2, 1, area="bar"))
    own.add(way(3, 2, Direction.OUT))
    own.add(way(4, 1))
    own.add(way(3, 2, Direction.OUT))
    assert ways(own) == [(2, "bar", Direction.IN), (3, "hall", Direction.OUT)]
    assert len(own) == 2
    assert ways(own, 8) == []


def test_a_passage_leaves_once_the_replica_has_passed_its_ack(own: OwnUses) -> None:
    own.add(way(1, 0), sequence=1)
    own.acked(ack(1, 5, 10))
    own.passed(at(5, 9))
    assert len(ways(own)) == 1
    own.passed(at(5, 10))
    assert (ways(own), len(own)) == ([], 0)


def test_a_passage_that_is_a_use_too_stays_a_use_when_a_later_one_comes(own: OwnUses) -> None:
    own.add(way(1, 0, counted=True))
    own.add(way(2, 1))
    assert [each.id for each in own.of(7)] == [use(1).id]
    assert ways(own) == [(2, "hall", Direction.IN)]
    own.remove(use(1).id)
    own.remove(use(2).id)
    assert (own.of(7), ways(own), len(own)) == ((), [], 0)


@pytest.mark.parametrize(
    "more", [{"outcome": "denied"}, {"customer": None}, {"policy": Policy()}], ids=["denied", "unknown", "no area"]
)
def test_what_is_no_passage(own: OwnUses, more: dict[str, Any]) -> None:
    own.add(way(1, 0, **more))
    assert len(own) == 0
