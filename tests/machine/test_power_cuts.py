"""Power cuts that are made of a log of a disk's writes: what was acknowledged is there, and nothing is set aside.

A failure names the folder of the log and the seed: POWER_LOG=folder POWER_SEED=seed looks at the same cuts again.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import making
from tests.machine.installed import UNIT
from tests.machine.power import Cut, LoggedDisk, PowerCuts, load
from tests.machine.settled import Settled

CUTS = 200
CUTS_OF_A_CONTROL = 40
LOADS = ("edge:15:150", "normal:4:20", "delete:6:40", "hasty:6:30")
SEED = int(os.environ.get("POWER_SEED") or secrets.randbelow(10**6))


@pytest.fixture(scope="module")
def power(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PowerCuts:
    """What a guest has written to its second disk, while the edge's storage worked there."""
    if kept := os.environ.get("POWER_LOG"):
        return PowerCuts(LoggedDisk(Path(kept)))
    at_rest: Settled = request.getfixturevalue("at_rest")
    disk = LoggedDisk(tmp_path_factory.mktemp("power"))
    edge = at_rest.resumed(tmp_path_factory.mktemp("guest"))
    try:
        edge.guest.do("systemctl", "stop", UNIT)
        disk.plug_into(edge.guest)
        load(edge.guest, *LOADS, limit_s=240)
    finally:
        edge.close()
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
        f"{wrong} are wrong, {empty} before a replica was whole, others up to {behind} rows behind"
    )
    return cuts


def failures(cuts: list[Cut]) -> Iterator[Cut]:
    return (cut for cut in cuts if cut.found.lost or cut.found.faults)


def test_no_cut_takes_what_was_acknowledged(power: PowerCuts) -> None:
    cuts = looked_at(power, "edge", CUTS)
    assert list(failures(cuts)) == [], f"POWER_LOG={power.folder} POWER_SEED={SEED}"
    assert any(cut.found.behind for cut in cuts), "no cut took anything: are writes logged as they are made?"


@pytest.mark.parametrize("mode", ["normal", "delete"])
def test_a_journal_that_syncs_less_loses(power: PowerCuts, mode: str) -> None:
    assert any(cut.found.lost for cut in looked_at(power, mode, CUTS_OF_A_CONTROL))


def test_a_replica_that_is_whole_before_its_rows_are_kept_is_not(power: PowerCuts) -> None:
    assert any(cut.found.faults for cut in looked_at(power, "hasty", CUTS_OF_A_CONTROL))
