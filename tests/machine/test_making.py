"""What is made once, and how much of what was made before is left lying about."""

from pathlib import Path

import pytest

from tests.machine.making import kept_by


def made(place: Path) -> Path:
    return kept_by(place, lambda folder: (folder / "made").touch())


def folders(build: Path) -> set[str]:
    return {each.name for each in build.iterdir() if each.is_dir()}


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
