"""The file that trust is kept in, on a real disk: whole or set aside."""

from pathlib import Path

import pytest

from edge.core.saved_trust import SavedTrust
from edge.storage.trust_file import SmallTrustFile

TRUST = SavedTrust(boot="a-boot", saved_s=12.5, floor=(1_773_489_600_000_001, 10.25), whole_s=3.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trust.json"


def test_what_was_written_is_read(path: Path) -> None:
    file = SmallTrustFile(path)
    assert file.read() is None
    file.write(SavedTrust(boot=None, saved_s=1.0))
    file.write(TRUST)
    assert SmallTrustFile(path).read() == TRUST
    assert file.set_aside is None
    assert [each.name for each in path.parent.iterdir()] == ["trust.json"]


def test_a_write_that_was_cut_off_leaves_what_was_there(path: Path) -> None:
    SmallTrustFile(path).write(TRUST)
    path.with_name("trust.json.new").write_bytes(b"0badc0de\n{")
    assert SmallTrustFile(path).read() == TRUST


def damaged() -> list[bytes]:
    return [b"", b"\0" * 100, b"00000000\n{}", b"\xff\n\xff", b'{"boot": "a-boot"}']


@pytest.mark.parametrize("raw", damaged(), ids=range(len(damaged())))
def test_a_damaged_file_is_set_aside(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    file = SmallTrustFile(path)
    assert file.read() is None
    assert file.set_aside == "damaged-trust.json"
    assert path.with_name("damaged-trust.json").read_bytes() == raw
    file.write(TRUST)
    assert file.read() == TRUST


def test_every_changed_byte_is_seen(path: Path) -> None:
    SmallTrustFile(path).write(TRUST)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert SmallTrustFile(path).read() is None


def test_what_cannot_be_read_makes_way(path: Path) -> None:
    path.mkdir()
    file = SmallTrustFile(path)
    assert file.read() is None
    file.write(TRUST)
    assert file.read() == TRUST
