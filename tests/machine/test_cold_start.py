"""Switched on without a network, its cable out or nobody behind it, by a battery clock that is empty or wrong: the
first scan is decided, and a clock that is set right then needs no restart.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.machine import making
from tests.machine.installed import UNIT, Installed
from tests.machine.settled import Settled

BEGUN = ("systemctl", "show", "--property=InactiveExitTimestampMonotonic", "--value", UNIT)
YEARS_AHEAD = "2040-02-29T12:00:00"
Boot = Callable[[str, bool], Installed]


@pytest.fixture
def boot(at_rest: Settled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boot]:
    """Switches a machine on whose battery clock says this, UTC; and whether its cable is plugged in."""
    begun: list[Installed] = []

    def switched_on(clock: str, cable: bool) -> Installed:
        begun.append(at_rest.booted(tmp_path_factory.mktemp("guest"), clock, cable))
        return begun[0]

    yield switched_on
    for edge in begun:
        edge.close()


def first_decision(edge: Installed, slug: str) -> str:
    """Its reason; how long that took is printed."""
    edge.serves()
    scan = edge.scan(slug)
    decided_s = edge.guest.python("import time\nanswer = time.monotonic()")
    begun_s = int(edge.guest.do(*BEGUN)) / 1e6
    making.say(
        f"cold start: decided {decided_s:.0f} s after power, {decided_s - begun_s:.0f} s after its unit's begin"
    )
    return str(scan["reason"])


def test_a_clock_in_1970_keeps_nobody_out(boot: Boot) -> None:
    """systemd moves it to the day of its own build, which is past, too."""
    edge = boot("1970-01-01T00:00:00", False)
    now = datetime.now(UTC)
    assert edge.clock.now() < now - timedelta(days=1)
    assert first_decision(edge, "full") == "granted"
    assert edge.guest.shell("cat /sys/class/net/eth0/carrier").strip() == "0"
    assert [edge.scan(each)["reason"] for each in ("expired", "scheduled")] == ["expired", "scheduled"]
    process = edge.process()
    edge.clock.set(now)
    assert edge.scan("door-only")["outcome"] == "granted"
    assert (edge.process(), abs(edge.checkins()[-1].at_us / 1e6 - now.timestamp()) < 600) == (process, True)


def test_a_clock_in_2040_is_gone_by_until_it_is_right(boot: Boot) -> None:
    """Whose membership has no end comes in; all others do once it is right."""
    edge = boot(YEARS_AHEAD, True)
    assert edge.clock.now().year == 2040
    assert first_decision(edge, "door-only") == "granted"
    assert edge.scan("full")["reason"] == "expired"
    assert datetime.fromtimestamp(edge.checkins()[-1].at_us / 1e6, UTC).year == 2040
    process = edge.process()
    edge.clock.set_to_now()
    assert edge.scan("full")["outcome"] == "granted"
    assert edge.process() == process
