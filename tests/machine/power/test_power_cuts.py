"""Power cuts that are made of a log of a disk's writes: what was acknowledged is there, and nothing is set aside.

A failure names the folder of the log: POWER_LOG=folder looks at the same cuts again, POWER_SEED=seed at others.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import making
from tests.machine.installed import UNIT
from tests.machine.limits import STOP_S
from tests.machine.power.cuts import Cut, LoggedDisk, PowerCuts, load
from tests.machine.power.look import NOT_EXACT
from tests.machine.settled import Settled

CUTS = 200
CUTS_OF_A_CONTROL = 40
EPOCHS_MIN = 2
LOADS = (f"edge:15:150:{EPOCHS_MIN}", "normal:4:20:0", "delete:6:40:0", "hasty:6:30:1", "early:6:30:1")
LOADS_LIMIT_S = 400
SEED = int(os.environ.get("POWER_SEED", "1"))


@pytest.fixture(scope="module")
def power(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PowerCuts:
    """What a guest has written to its second disk, while the edge's storage worked there."""
    if kept := os.environ.get("POWER_LOG"):
        return PowerCuts(LoggedDisk(Path(kept)))
    at_rest: Settled = request.getfixturevalue("at_rest")
    disk = LoggedDisk(tmp_path_factory.mktemp("power"))
    with at_rest.resumed(tmp_path_factory.mktemp("guest")) as edge:
        edge.guest.do("systemctl", "stop", UNIT, limit_s=STOP_S)
        disk.plug_into(edge.guest)
        load(edge.guest, *LOADS, limit_s=LOADS_LIMIT_S)
    return PowerCuts(disk)


def looked_at(power: PowerCuts, mode: str, count: int) -> list[Cut]:
    cuts = list(power.cuts(mode, count, SEED))
    losing = sum(cut.found.lost > 0 for cut in cuts)
    empty = sum(cut.found.is_empty for cut in cuts)
    behind = max(cut.found.behind for cut in cuts)
    told = power.promised(mode)
    wrong = sum(bool(cut.found.faults) for cut in cuts)
    making.say(
        f"power, {mode}: {told.checkins} check-ins, {len(cuts)} cuts of seed {SEED}: {losing} lose, "
        f"{wrong} are wrong, {empty} before a replica was whole, others up to {behind} rows behind; "
        f"POWER_LOG={power.folder}"
    )
    return cuts


def failures(cuts: list[Cut]) -> Iterator[Cut]:
    return (cut for cut in cuts if cut.found.lost or cut.found.faults)


def test_no_cut_takes_what_was_acknowledged(power: PowerCuts) -> None:
    cuts = looked_at(power, "edge", CUTS)
    assert list(failures(cuts)) == []
    assert any(cut.found.behind for cut in cuts), "no cut took anything: are writes logged as they are made?"
    assert sum(not cut.found.is_empty for cut in cuts) >= CUTS // 2
    assert len({cut.told.epoch for cut in cuts if cut.told.epoch}) >= EPOCHS_MIN


@pytest.mark.parametrize("mode", ["normal", "delete"])
def test_a_journal_that_syncs_less_loses(power: PowerCuts, mode: str) -> None:
    assert any(cut.found.lost for cut in looked_at(power, mode, CUTS_OF_A_CONTROL))


def test_a_replica_that_is_whole_before_its_rows_are_kept_is_not(power: PowerCuts) -> None:
    assert any(cut.found.faults for cut in looked_at(power, "hasty", CUTS_OF_A_CONTROL))


def test_a_replica_whose_position_is_kept_before_its_rows_is_not_exact(power: PowerCuts) -> None:
    """It opens, is of the right epoch, and stands where it stood once: its digest alone tells."""
    found = [cut.found for cut in looked_at(power, "early", CUTS_OF_A_CONTROL)]
    assert any(each.faults == (NOT_EXACT,) for each in found)
