"""A counter without a network: a scanner at the UART, a benefit that is used up, and the lamps that say so."""

from tests.machine.installed import Installed
from tests.machine.wiring import Wire

LAMPS = (Wire.COUNTER_GRANTED, Wire.COUNTER_DENIED, Wire.COUNTER_CAUTION)


def lit(edge: Installed) -> list[Wire]:
    """Those that were on and are not any more, since they were looked at."""
    edge.guest.until("a lamp's end", lambda: any(edge.pins.pulses(wire) for wire in LAMPS))
    seen = [wire for wire in LAMPS if edge.pins.moves(wire)]
    edge.pins.forget()
    return seen


def test_a_benefit_is_had_once_and_then_no_more(edge: Installed) -> None:
    assert (edge.sell("full")["outcome"], lit(edge)) == ("granted", [Wire.COUNTER_GRANTED])
    again = edge.sell("full")
    assert (again["outcome"], again["reason"], lit(edge)) == ("denied", "limit_reached", [Wire.COUNTER_CAUTION])
    assert edge.checkin(again).reader == "counter"
    assert edge.pins.moves(Wire.RELAY) == []


def test_whoever_has_no_such_benefit_sees_red(edge: Installed) -> None:
    assert (edge.sell("door-only")["outcome"], lit(edge)) == ("denied", [Wire.COUNTER_DENIED])
