"""Files that are there whole or not at all, on file systems with second names for a file and without."""

import errno
import os
from pathlib import Path

import pytest

from hub import whole_file


@pytest.fixture(params=[True, False], ids=["with links", "without links"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    if not request.param:
        monkeypatch.setattr("os.link", refuse)
    return tmp_path / "file"


def test_it_is_there_whole_and_for_whom_it_is_meant(path: Path) -> None:
    with whole_file.created(path, 0o600) as file:
        file.write(b"whole")
        assert not path.exists()
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"whole", 0o600)
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_one_that_is_there_stays(path: Path) -> None:
    assert whole_file.create(path, b"first", 0o600)
    assert not whole_file.create(path, b"second", 0o600)
    assert ([each.name for each in path.parent.iterdir()], path.read_bytes()) == (["file"], b"first")


def test_what_fails_half_way_leaves_nothing(path: Path) -> None:
    with pytest.raises(ValueError, match="half way"), whole_file.created(path, 0o600) as file:
        file.write(b"half")
        raise ValueError("half way")
    assert list(path.parent.iterdir()) == []
