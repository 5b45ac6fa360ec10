"""A state folder enrolled at another hub, or as another edge: what it holds is set aside, and nothing is lost."""

import asyncio
import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from contract.keys import SigningKey
from edge.storage import earlier_state, enrolment_file
from edge.storage.enrolment_file import EnrolmentFileError, read_enrolment
from edge.storage.journal import SqliteJournal
from tests.enrolled import authority, enrolled_state, make_authority

OF_HUB = {"marks.json", "orders.json"}
OF_EDGE = OF_HUB | {"trust.json", "journal.db", "journal.db-wal", "replica.3.db"}


def filled(state_dir: Path) -> None:
    enrolled_state(state_dir)
    for name in OF_EDGE:
        (state_dir / name).write_text(name)


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize(
    ("changed", "moved"),
    [
        ({}, set()),
        ({"feed": "partners"}, set()),
        ({"edge_seed": b"\x23" * 32}, set()),
        ({"hub_key": SigningKey(b"\x55" * 32)}, OF_HUB),
        ({"edge": "annex"}, OF_EDGE),
        ({"organization_key": b"\x5f" * 32}, OF_EDGE),
    ],
)
def test_what_is_nothing_to_the_new_enrolment_is_set_aside(
    tmp_path: Path, changed: dict[str, object], moved: set[str]
) -> None:
    filled(tmp_path)
    enrolled_state(tmp_path, **changed)  # type: ignore[arg-type]
    assert names(tmp_path) - {"enrolment", "earlier-1"} == OF_EDGE - moved
    assert (names(tmp_path / "earlier-1") if moved else set()) == moved
    assert not (tmp_path / "enrolment" / earlier_state.MARK).exists()


def test_an_authority_of_its_own_makes_another_hub(tmp_path: Path) -> None:
    filled(tmp_path)
    other = make_authority("another hub's")
    (tmp_path / "enrolment" / "authority.crt").write_bytes(other.pem())
    enrolled_state(tmp_path)
    assert names(tmp_path / "earlier-1") == OF_EDGE
    assert authority().pem() == read_enrolment(tmp_path).authority.read_bytes()


def test_each_time_in_a_folder_of_its_own(tmp_path: Path) -> None:
    filled(tmp_path)
    enrolled_state(tmp_path, edge="annex")
    (tmp_path / "journal.db").write_text("of the annex")
    enrolled_state(tmp_path)
    assert names(tmp_path) == {"enrolment", "earlier-1", "earlier-2"}
    assert (tmp_path / "earlier-2" / "journal.db").read_text() == "of the annex"


def test_a_disk_that_is_full_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(enrolment_file, "_write_folder", full)
    with pytest.raises(EnrolmentFileError, match="No space left"):
        enrolled_state(tmp_path, edge="annex")
    monkeypatch.undo()
    assert read_enrolment(tmp_path).edge == "clubhouse"
    assert names(tmp_path) - {"enrolment"} == OF_EDGE


def test_a_power_cut_meanwhile_is_made_up_for_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    rename, left = Path.rename, [3]

    def cut(path: Path, target: Path) -> Path:
        if "earlier-1" in str(target):
            left[0] -= 1
            if left[0] == 0:
                raise OSError(errno.EIO, "power cut")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", cut)
    with pytest.raises(EnrolmentFileError):
        enrolled_state(tmp_path, edge="annex")
    assert read_enrolment(tmp_path).edge == "annex"
    assert names(tmp_path / "earlier-1") == OF_EDGE
    assert names(tmp_path) == {"enrolment", "earlier-1"}


def test_where_it_cannot_be_moved_no_edge_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    (tmp_path / "enrolment" / earlier_state.MARK).write_text("earlier-1\njournal.db")
    (tmp_path / "earlier-1").write_text("no folder")
    with pytest.raises(EnrolmentFileError, match="cannot be written"):
        read_enrolment(tmp_path)


def test_rows_that_no_hub_has_are_counted(tmp_path: Path) -> None:
    assert earlier_state.unacked(tmp_path) == 0
    path = tmp_path / "journal.db"

    async def make() -> None:
        await (await SqliteJournal.open(path, lambda: b"j" * 16)).close()

    asyncio.run(make())
    assert earlier_state.unacked(tmp_path) == 0
    with closing(sqlite3.connect(path)) as journal, journal:
        journal.executemany("INSERT INTO checkin (counted, body) VALUES (0, ?)", [(b"a",), (b"b",), (b"c",)])
    assert earlier_state.unacked(tmp_path) == 3
    with closing(sqlite3.connect(path)) as journal, journal:
        journal.execute("INSERT OR REPLACE INTO ack (number, upto) VALUES (1, 2)")
    assert earlier_state.unacked(tmp_path) == 1
    path.write_text("no journal")
    assert earlier_state.unacked(tmp_path) is None
