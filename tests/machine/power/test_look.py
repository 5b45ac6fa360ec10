"""What is held against a folder after a cut, of replicas that were torn before they were whole, and after."""

from pathlib import Path

from tests.machine.power.load import FILLED, Told
from tests.machine.power.look import Found, look

NO_CHECKINS = 0
TORN = b"SQLite format 3\0" + bytes(5_000)


def torn(folder: Path) -> Path:
    (folder / "replica.1.db").write_bytes(TORN)
    return folder


def test_one_that_was_never_whole_may_be_torn(tmp_path: Path) -> None:
    assert look(torn(tmp_path), Told(0)) == Found(NO_CHECKINS, (), is_empty=True, behind=0)
    assert (tmp_path / "damaged-replica.db").exists()


def test_one_that_was_whole_may_not(tmp_path: Path) -> None:
    found = look(torn(tmp_path), Told(0, epoch=1, sequence=FILLED))
    assert found.faults == ("a replica that was whole is gone",)
