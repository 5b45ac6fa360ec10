"""Own uses: never counted twice (facts are a union by id), never missed."""

import random
from datetime import datetime
from typing import Any

import pytest

from contract.effects import use_of
from contract.facts import Position
from contract.instants import to_us
from contract.limits import Use
from contract.messages import Ack, CheckIn
from edge.core.own_uses import OwnUses
from tests.edge.fakes import NOON

JOURNAL = b"j" * 16


def checkin(number: int, customer: int | None = 7, at: datetime = NOON, **more: Any) -> CheckIn:
    """A redemption, unless `more` says otherwise."""
    fields = {
        "id": number.to_bytes(16, "big"),
        "at_us": to_us(at),
        "reader": "counter",
        "outcome": "granted",
        "reason": "granted",
        "permission": "glass-of-wine",
        "mode": "redeem",
        "counted": True,
        "code_hash": b"h" * 32,
        "code_length": 20,
        "code_classes": "upper",
        "customer": customer,
        "membership": 3,
    }
    return CheckIn(**(fields | more))


def use(number: int, customer: int = 7) -> Use:
    found = use_of(checkin(number, customer))
    assert found is not None
    return found


def ack(upto: int, epoch: int, sequence: int, feed: str = "everyone") -> Ack:
    return Ack(JOURNAL, upto, epoch, sequence, feed)


def at(epoch: int, sequence: int, feed: str = "everyone") -> Position:
    return Position(feed, epoch, sequence)


@pytest.fixture
def own() -> OwnUses:
    return OwnUses()


def test_a_use_is_the_customers_from_the_decision_on(own: OwnUses) -> None:
    own.add(checkin(1))
    own.add(checkin(2, customer=8))
    assert own.of(7) == (use(1),)
    assert own.of(8) == (use(2, customer=8),)
    assert own.of(9) == ()


def test_one_that_could_not_be_recorded_did_not_happen(own: OwnUses) -> None:
    own.add(checkin(1))
    own.add(checkin(2))
    own.remove(use(1).id)
    own.remove(use(1).id)
    assert own.of(7) == (use(2),)
    own.remove(use(2).id)
    assert own.of(7) == ()
    assert len(own) == 0


def test_it_stays_until_the_replica_has_passed_what_its_ack_named(own: OwnUses) -> None:
    own.add(checkin(1))
    own.passed(at(5, 100))
    own.journaled(use(1).id, 1)
    own.acked(ack(1, 5, 101))
    assert own.of(7) == (use(1),)
    own.passed(at(5, 100))
    assert own.of(7) == (use(1),)
    own.passed(at(5, 101))
    assert own.of(7) == ()


def test_it_leaves_at_the_ack_where_the_replica_was_faster(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.passed(at(5, 101))
    own.acked(ack(1, 5, 101))
    assert own.of(7) == ()


def test_an_ack_that_comes_before_the_commit_is_told_still_counts(own: OwnUses) -> None:
    own.add(checkin(1))
    own.passed(at(5, 101))
    own.acked(ack(1, 5, 101))
    assert own.of(7) == (use(1),)
    own.journaled(use(1).id, 1)
    assert own.of(7) == ()


def test_an_ack_says_nothing_of_later_rows_nor_of_unwritten_ones(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.add(checkin(2), sequence=2)
    own.add(checkin(3))
    own.passed(at(5, 900))
    own.acked(ack(1, 5, 10))
    assert own.of(7) == (use(2), use(3))


def test_a_position_of_another_epoch_passes_nothing(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.acked(ack(1, 5, 10))
    own.passed(at(6, 900))
    own.passed(at(4, 900))
    assert own.of(7) == (use(1),)
    own.acked(ack(1, 6, 20))
    own.passed(at(6, 900))
    assert own.of(7) == ()


def test_an_ack_of_an_epoch_that_is_over_changes_nothing(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.acked(ack(0, 6, 20))
    own.acked(ack(1, 5, 10))
    own.passed(at(5, 10))
    assert own.of(7) == (use(1),)


def test_a_position_of_another_feed_passes_nothing_whatever_its_epoch(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.acked(ack(1, 5, 10))
    own.passed(at(5, 900, "partners"))
    own.acked(ack(1, 5, 11))
    assert own.of(7) == (use(1),)
    own.passed(at(3, 900, "partners"))
    own.acked(ack(1, 3, 8, "partners"))
    assert own.of(7) == ()


def test_acks_of_two_feeds_pass_each_in_its_own(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.acked(ack(1, 9, 10))
    own.acked(ack(0, 5, 20, "partners"))
    own.acked(ack(1, 5, 30, "partners"))
    own.passed(at(5, 29, "partners"))
    assert own.of(7) == (use(1),)
    own.passed(at(5, 30, "partners"))
    assert own.of(7) == ()


def test_a_hub_that_has_less_than_it_acked_takes_its_ack_back(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.acked(ack(1, 5, 10))
    own.acked(ack(0, 5, 10))
    own.passed(at(5, 10))
    assert own.of(7) == (use(1),)
    own.acked(ack(1, 5, 11))
    assert own.of(7) == (use(1),)
    own.passed(at(5, 11))
    assert own.of(7) == ()


def test_the_first_ack_of_an_epoch_names_the_position(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.acked(ack(1, 5, 10))
    own.acked(ack(2, 5, 20))
    own.passed(at(5, 10))
    assert own.of(7) == ()


def test_what_is_known_already_is_not_there_twice(own: OwnUses) -> None:
    own.add(checkin(1))
    own.add(checkin(1), sequence=1)
    own.journaled(b"unknown", 4)
    assert own.of(7) == (use(1),)
    own.acked(ack(1, 5, 10))
    own.passed(at(5, 10))
    assert len(own) == 0


def test_what_is_on_disk_stays_so_when_it_is_added_again(own: OwnUses) -> None:
    own.add(checkin(1), sequence=1)
    own.add(checkin(1))
    own.acked(ack(1, 5, 10))
    own.passed(at(5, 10))
    assert len(own) == 0


@pytest.mark.parametrize("seed", range(50))
def test_in_any_order_of_things_every_use_is_here_or_in_the_replica(seed: int) -> None:
    """A hub that commits, acks and pages at random moments; at each, own uses and the replica hold all."""
    chance = random.Random(seed)
    own, epoch = OwnUses(), 5
    decided: list[Use] = []
    journaled: list[Use] = []
    hub: list[Use] = []
    feed: list[int] = []
    replica_sequence = 0
    for number in range(1, 400):
        match chance.randrange(5):
            case 0:
                decided.append(use(number))
                own.add(checkin(number))
            case 1 if len(journaled) < len(decided):
                journaled.append(decided[len(journaled)])
                own.journaled(journaled[-1].id, len(journaled))
            case 2 if len(hub) < len(journaled):
                hub.append(journaled[len(hub)])
                feed.append(len(feed) + 1)
            case 3:
                own.acked(ack(len(hub), epoch, len(feed)))
            case 4:
                replica_sequence = chance.randint(replica_sequence, len(feed))
                own.passed(at(epoch, replica_sequence))
        known = {each.id for each in own.of(7)} | {each.id for each in hub[:replica_sequence]}
        assert known == {each.id for each in decided}
    own.acked(ack(len(hub), epoch, len(feed)))
    own.passed(at(epoch, len(feed)))
    assert set(own.of(7)) == set(decided[len(hub) :])


def test_under_another_journal_id_a_use_stays_until_it_is_acked_anew(own: OwnUses) -> None:
    own.add(checkin(1), 1)
    own.acked(ack(1, 5, 100))
    own.forget_acks()
    own.add(checkin(2))
    own.journaled(use(2).id, 1)
    own.passed(at(5, 200))
    assert own.of(7) == (use(1), use(2))
    own.acked(ack(1, 5, 150))
    assert own.of(7) == (use(1),)
    own.add(checkin(1), 2)
    own.acked(ack(2, 5, 151))
    assert len(own) == 0


def test_a_use_that_was_not_saved_into_another_journal_stays(own: OwnUses) -> None:
    own.add(checkin(1), 1)
    own.forget_acks()
    own.passed(at(5, 200))
    own.acked(ack(9, 5, 100))
    assert own.of(7) == (use(1),)


def test_while_another_replica_is_about_to_decide_nothing_leaves(own: OwnUses) -> None:
    own.passed(at(5, 100))
    own.hold_all()
    own.add(checkin(1), sequence=1)
    own.acked(ack(1, 5, 10))
    assert own.of(7) == (use(1),)
    own.passed(at(5, 100))
    assert own.of(7) == ()


# Companies, contact


def test_a_pools_uses_are_found_by_their_company(own: OwnUses) -> None:
    own.add(checkin(1, company=90))
    own.add(checkin(2, customer=8, company=90))
    own.add(checkin(3))
    assert [each.id for each in own.of_company(90)] == [use(1).id, use(2).id]
    assert own.of_company(91) == ()
    own.remove(use(1).id)
    own.remove(use(2).id)
    own.remove(use(3).id)
    assert (own.of_company(90), len(own)) == ((), 0)
