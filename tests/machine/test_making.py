"""What is made once, and how much of what was made before is left lying about."""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.machine.making import kept_by


def made(place: Path) -> Path:
    return kept_by(place, lambda folder: (folder / "made").touch())


def folders(build: Path) -> set[str]:
    return {each.name for each in build.iterdir() if each.is_dir()}


def names(build: Path, pattern: str) -> set[str]:
    return {each.name for each in build.glob(pattern)}


def test_it_is_made_once(tmp_path: Path) -> None:
    place = made(tmp_path / "root-0123456789ab")
    assert made(place) == kept_by(place, lambda _: pytest.fail("it is there"))


def test_what_was_made_of_its_kind_before_and_what_was_cut_off_goes(tmp_path: Path) -> None:
    for name in ("root-aaaaaaaaaaaa", "new.root-bbbbbbbbbbbb", "root-amd64-cccccccccccc", "debian-bookworm"):
        (tmp_path / name).mkdir()
    made(tmp_path / "root-0123456789ab")
    assert folders(tmp_path) == {"root-0123456789ab", "root-amd64-cccccccccccc", "debian-bookworm"}


def test_a_release_of_the_kernel_goes_with_the_next_one(tmp_path: Path) -> None:
    (tmp_path / "kernel-6.1.0-56-amd64-dd3b36db").mkdir()
    made(tmp_path / "kernel-6.1.0-57-amd64-0a1b2c3d")
    assert folders(tmp_path) == {"kernel-6.1.0-57-amd64-0a1b2c3d"}


def test_what_a_run_uses_stays(tmp_path: Path) -> None:
    used = made(tmp_path / "root-aaaaaaaaaaaa")
    made(tmp_path / "root-bbbbbbbbbbbb")
    assert (used / "made").exists()
    assert names(tmp_path, "root-*.lock") == {"root-aaaaaaaaaaaa.lock", "root-bbbbbbbbbbbb.lock"}


def test_the_lock_of_what_goes_goes_with_it(tmp_path: Path) -> None:
    for name in ("root-aaaaaaaaaaaa", "root-amd64-cccccccccccc"):
        (tmp_path / f"{name}.lock").touch()
    made(tmp_path / "root-0123456789ab")
    assert names(tmp_path, "*.lock") == {"root-0123456789ab.lock", "root-amd64-cccccccccccc.lock"}


def test_who_waited_for_a_lock_that_went_has_the_one_that_is_there(tmp_path: Path) -> None:
    """It was dropped and made again meanwhile."""
    place, lock = tmp_path / "root-aaaaaaaaaaaa", tmp_path / "root-aaaaaaaaaaaa.lock"
    with ThreadPoolExecutor(1) as beside, lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = beside.submit(made, place)
        while not is_waited_for(lock):
            assert not waiting.done()
        lock.unlink()
        place.mkdir()
        fcntl.flock(held, fcntl.LOCK_UN)
        assert waiting.result() == place
    made(tmp_path / "root-bbbbbbbbbbbb")
    assert place.exists()


def test_two_at_once_make_it_once(tmp_path: Path) -> None:
    place, makes = tmp_path / "root-0123456789ab", []

    def slowly(folder: Path) -> None:
        makes.append(folder)
        while not is_waited_for(tmp_path / "root-0123456789ab.lock"):
            pass

    with ThreadPoolExecutor(2) as runs:
        both = [runs.submit(kept_by, place, slowly) for _ in range(2)]
        assert [run.result() for run in both] == [place, place]
    assert len(makes) == 1


def is_waited_for(lock: Path) -> bool:
    """proc_locks(5): "->" is before who waits, the inode behind device numbers."""
    lines = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and f":{lock.stat().st_ino} " in line for line in lines)
