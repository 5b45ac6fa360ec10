"""The whole machine loses its power in the middle of a pulse: QEMU is killed, and its disk has what was flushed.

What the edge had said of a check-in is true after the next boot, and nothing moves until somebody scans.
"""

from functools import partial

import pytest

from tests.machine.installed import Event, Installed
from tests.machine.settled import Settled
from tests.machine.wiring import Wire

MEMBERS = ("full", "company-1", "company-2")
"""One for each cut: after it, they have had their glass of wine."""


def test_three_cuts_take_nothing_that_was_said(at_rest: Settled, tmp_path_factory: pytest.TempPathFactory) -> None:
    machine = tmp_path_factory.mktemp("guest")
    edge = at_rest.resumed(machine)
    said: list[Event] = []
    try:
        for member in MEMBERS:
            said += said_until_the_cut(edge, member)
            edge.close()
            edge = at_rest.booted(machine)
            edge.guest.until("the edge and its scanner", partial(has_started, edge), 120)
            assert not was_on(edge)
            assert "damaged" not in edge.guest.shell("ls /var/lib/doorward")
            assert kept(edge, said) == [1] * len(said)
            assert edge.sell(member)["reason"] == "limit_reached"
    except Exception:
        print(edge.guest.told())
        raise
    finally:
        edge.close()


def has_started(edge: Installed) -> bool:
    """A scanner may be there only after it."""
    return bool(edge.heard("started")) and any(each["reader"] == "door" for each in edge.heard("reader_open"))


def said_until_the_cut(edge: Installed, member: str) -> list[Event]:
    """A benefit, and the door in its pulse. Those of them that the edge said were on its disk."""
    sold = edge.sell(member)
    assert (sold["outcome"], sold["journal_sequence"] is None) == ("granted", False)
    let_in = edge.scan(member)
    assert (let_in["outcome"], was_on(edge)) == ("granted", True)
    return [each for each in (sold, let_in) if each["journal_sequence"] is not None]


def was_on(edge: Installed) -> bool:
    """Its relay, since the machine began or was looked at; or it is still."""
    return edge.pins.level(Wire.RELAY) == 1 or any(level for _, level in edge.pins.moves(Wire.RELAY))


def kept(edge: Installed, said: list[Event]) -> list[int]:
    """How often each of them stands in the journal, where it was said to stand."""
    places = [checkin.id.hex() for checkin in edge.checkins()]
    return [places.count(each["id"]) * (places[each["journal_sequence"] - 1] == each["id"]) for each in said]
