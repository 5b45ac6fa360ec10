"""What an edge did itself, put to what its replica says."""

from datetime import timedelta

from contract.facts import Card, Facts, Position
from contract.messages import Ack
from edge.core.own_facts import with_own
from edge.core.own_uses import OwnUses
from tests.edge.test_own_uses import JOURNAL, NOON, checkin, use

CARD = Card(7)
NOTHING = frozenset[int]()


def test_since_contact_are_own_uses_that_have_not_come_back_from_the_hub() -> None:
    """Not those that it has not acked: an ack leaves no trace in a check-in, and the hub replays from that."""
    own = OwnUses()
    for number in (1, 2, 3):
        own.add(checkin(number), sequence=number)
    own.add(checkin(4, customer=8), sequence=4)
    before = Facts(Position("everyone", 5, 9), CARD)
    ids = [use(number).id for number in (1, 2, 3)]
    assert with_own(before, own, NOTHING).since_contact == set(ids)
    own.acked(Ack(JOURNAL, 3, 5, 12))
    assert with_own(before, own, NOTHING).since_contact == set(ids)
    came = Facts(Position("everyone", 5, 10), CARD, uses=(use(1),))
    assert with_own(came, own, NOTHING).since_contact == set(ids[1:])
    own.passed(Position("everyone", 5, 12))
    assert with_own(before, own, NOTHING).since_contact == frozenset()


def test_a_stranger_has_none() -> None:
    own = OwnUses()
    own.add(checkin(1))
    facts = Facts(Position("everyone", 5, 9))
    assert with_own(facts, own, NOTHING) is facts


def test_what_has_come_back_counts_from_when_the_hub_says() -> None:
    """A clock that is ahead says otherwise until the ack; the hub replays with the feed's."""
    own = OwnUses()
    own.add(checkin(1, at=NOON + timedelta(days=1)), sequence=1)
    came = Facts(Position("everyone", 5, 10), CARD, uses=(use(1),))
    assert with_own(came, own, NOTHING).uses == (use(1),)
