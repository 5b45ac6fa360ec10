"""Whoever reads what a command prints may stop early, as `head` does: it ends by SIGPIPE, without a word."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub import __main__ as command_line
from tests.hub.conftest import Database


def run_unread(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Its stdout is a pipe that nobody reads any more."""
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as unread:
        return subprocess.run(
            [sys.executable, "-m", "hub", *arguments],
            env=os.environ | variables,
            stdout=unread,
            stderr=subprocess.PIPE,
            text=True,
            timeout=100,
            check=False,
        )


@pytest.mark.parametrize(
    "arguments", [["help"], ["config", "schema"], ["checkins"], ["checkins", "--follow"], ["mode", "show"]]
)
def test_a_command_that_nobody_reads_ends_without_a_word(sqlite_database: Database, arguments: list[str]) -> None:
    done = run_unread(*arguments, **sqlite_database.environment)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, "")


def test_what_is_wrong_is_told_all_the_same(tmp_path: Path) -> None:
    done = run_unread("checkins", DOORWARD_DATA=str(tmp_path))
    assert done.returncode == 2
    assert "run `doorward-hub init`" in done.stderr


def test_another_pipe_that_broke_is_no_reader_that_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise BrokenPipeError("a database that went away")

    monkeypatch.setattr(command_line, "_main", breaks)
    with pytest.raises(BrokenPipeError, match="went away"):
        command_line.main()
