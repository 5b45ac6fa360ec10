"""The whole machine loses its power in the middle of a pulse: QEMU is killed, and its disk has what was flushed.

What the edge had said of a check-in is true after the next boot, and nothing moves until somebody scans.
"""

import itertools

import pytest

from tests.machine.installed import Event, Installed
from tests.machine.settled import Settled
from tests.machine.wiring import Wire

MEMBERS = ("full", "company-1", "company-2")
"""One for each cut: after it, they have had their glass of wine."""
SCANS_MAX = 10
"""A machine that is busy may be slower to ask than a pulse is long."""


def test_three_cuts_take_nothing_that_was_said(at_rest: Settled, tmp_path_factory: pytest.TempPathFactory) -> None:
    machine = tmp_path_factory.mktemp("guest")
    said: list[Event] = []
    with at_rest.resumed(machine) as edge:
        said += said_until_the_cut(edge, MEMBERS[0])
    for had_theirs, comes_next in itertools.zip_longest(MEMBERS, MEMBERS[1:]):
        with at_rest.booted(machine) as edge:
            edge.serves()
            assert not was_on(edge)
            assert "damaged" not in edge.guest.shell("ls /var/lib/doorward")
            assert kept(edge, said) == [1] * len(said)
            assert edge.sell(had_theirs)["reason"] == "limit_reached"
            if comes_next is not None:
                said += said_until_the_cut(edge, comes_next)


def said_until_the_cut(edge: Installed, member: str) -> list[Event]:
    """A benefit, and the door in its pulse. Those of them that the edge said were on its disk."""
    said = [edge.sell(member)]
    assert (said[0]["outcome"], said[0]["journal_sequence"] is None) == ("granted", False)
    for _ in range(SCANS_MAX):
        said.append(edge.scan(member))
        assert said[-1]["outcome"] == "granted"
        if edge.pins.level(Wire.RELAY):
            return [each for each in said if each["journal_sequence"] is not None]
    raise AssertionError(f"no pulse was still on when it was looked at: {said}")


def was_on(edge: Installed) -> bool:
    """Its relay, since the machine began or was looked at; or it is still."""
    return edge.pins.level(Wire.RELAY) == 1 or any(level for _, level in edge.pins.moves(Wire.RELAY))


def kept(edge: Installed, said: list[Event]) -> list[int]:
    """How often each of them stands in the journal, where it was said to stand."""
    places = [checkin.id.hex() for checkin in edge.checkins()]
    return [places.count(each["id"]) * (places[each["journal_sequence"] - 1] == each["id"]) for each in said]
