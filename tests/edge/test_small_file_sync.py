"""A small file is on disk before it has its name, and its name before `write` returns."""

import os
from pathlib import Path

import pytest

from edge.storage.small_file import write_whole


def test_it_is_synchronized_before_and_after_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "small", []
    fsync = os.fsync

    def spy(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append((target.name, path.exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    write_whole(path, b"whole")
    assert seen == [("small.new", False), (tmp_path.name, True)]
