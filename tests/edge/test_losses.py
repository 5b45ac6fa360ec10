"""Rows that could not be kept: counted by why, told once each."""

from contract.messages import Lost
from edge.core.losses import Losses

ID = b"l" * 16


def new_id() -> bytes:
    return ID


def lost(why: str, from_us: int, upto_us: int, count: int) -> Lost:
    return Lost(lost=ID, from_us=from_us, upto_us=upto_us, count=count, why=why)


def test_nothing_lost_is_nothing_to_tell() -> None:
    assert Losses().first(new_id) is None


def test_a_span_of_instants_by_why_in_the_order_they_came() -> None:
    losses = Losses()
    for why, at_us in (("disk_full", 20), ("damaged", 25), ("disk_full", 30), ("disk_full", 10)):
        losses.note(why, at_us)
    full = losses.first(new_id)
    assert full == lost("disk_full", 10, 30, 3)
    losses.told(full)
    damaged = losses.first(new_id)
    assert damaged == lost("damaged", 25, 25, 1)
    losses.told(damaged)
    assert losses.first(new_id) is None


def test_what_is_lost_while_it_is_told_is_told_next() -> None:
    losses = Losses()
    losses.note("disk_full", 10)
    losses.note("disk_full", 20)
    telling = losses.first(new_id)
    assert telling == lost("disk_full", 10, 20, 2)
    losses.note("disk_full", 30)
    losses.told(telling)
    assert losses.first(new_id) == lost("disk_full", 20, 30, 1)
