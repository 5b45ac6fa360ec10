"""The folder that says who an edge is: whole, its owner's alone, or an error that says what to do."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.keys import SigningKey, Trusted
from edge.storage.enrolment_file import (
    EnrolmentFileError,
    NotEnrolled,
    read_enrolment,
    save_trusted,
)
from tests.enrolled import EDGE_KEY, HUB_KEY, ORGANIZATION_KEY, TRUSTED, enrolled_state

FILES = ("enrolment.json", "signing.key", "organization.key", "tls.key", "tls.crt", "authority.crt")


def test_what_was_enrolled_is_read(tmp_path: Path) -> None:
    enrolled = enrolled_state(tmp_path / "state", port=1883)
    assert (enrolled.edge, enrolled.feed, enrolled.epoch) == ("clubhouse", "everyone", 1)
    assert (enrolled.broker_host, enrolled.broker_port, enrolled.broker_tls) == ("127.0.0.1", 1883, False)
    assert enrolled.trusted == TRUSTED
    assert enrolled.signing_key.id == EDGE_KEY.id
    assert enrolled.organization_key == ORGANIZATION_KEY
    assert enrolled.tls_certificate.read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert ORGANIZATION_KEY.hex() not in repr(enrolled)
    folder = tmp_path / "state" / "enrolment"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()} == dict.fromkeys(FILES, 0o600)
    assert [each.name for each in folder.parent.iterdir()] == ["enrolment"]


def test_without_an_enrolment_it_says_how(tmp_path: Path) -> None:
    command = "doorward-edge enroll --hub URL --name NAME --code CODE"
    with pytest.raises(NotEnrolled, match=f"enrol it first: {command}"):
        read_enrolment(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_others_may_read_counts_for_nothing(tmp_path: Path, name: str) -> None:
    enrolled_state(tmp_path)
    path = tmp_path / "enrolment" / name
    path.chmod(0o640)
    with pytest.raises(EnrolmentFileError, match=f"chmod 600 {path}"):
        read_enrolment(tmp_path)


def test_a_folder_that_others_may_use_counts_for_nothing(tmp_path: Path) -> None:
    enrolled_state(tmp_path)
    (tmp_path / "enrolment").chmod(0o711)
    with pytest.raises(EnrolmentFileError, match="chmod 700"):
        read_enrolment(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    enrolled_state(tmp_path)
    (tmp_path / "enrolment" / name).unlink()
    with pytest.raises(EnrolmentFileError, match=f"{name}' is missing: enrol this edge again"):
        read_enrolment(tmp_path)


@pytest.mark.parametrize("name", FILES[:3])
@pytest.mark.parametrize("content", [b"", b"zz" * 32, b"12", b"\xff\xfe", b"00000000\n{}"])
def test_a_damaged_file_is_an_error_that_shows_nothing_of_it(tmp_path: Path, name: str, content: bytes) -> None:
    enrolled_state(tmp_path)
    (tmp_path / "enrolment" / name).write_bytes(content)
    with pytest.raises(EnrolmentFileError, match="damaged: enrol this edge again") as caught:
        read_enrolment(tmp_path)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_rotated_key_is_kept_with_the_one_before(tmp_path: Path) -> None:
    enrolled_state(tmp_path)
    new = SigningKey(b"\x44" * 32)
    trusted = Trusted(new.verifying, 2, HUB_KEY.verifying, datetime(2026, 1, 1, tzinfo=UTC))
    save_trusted(tmp_path, trusted)
    assert read_enrolment(tmp_path).trusted == trusted


def test_a_key_for_a_damaged_enrolment_is_not_kept(tmp_path: Path) -> None:
    enrolled_state(tmp_path)
    (tmp_path / "enrolment" / "enrolment.json").write_bytes(b"?")
    with pytest.raises(OSError, match="damaged"):
        save_trusted(tmp_path, TRUSTED)


def test_enrolled_again_at_the_same_hub_its_orders_stand(tmp_path: Path) -> None:
    enrolled_state(tmp_path)
    (tmp_path / "marks.json").write_text("…")
    enrolled_state(tmp_path, feed="partners")
    assert read_enrolment(tmp_path).feed == "partners"
    assert (tmp_path / "marks.json").exists()


def test_where_the_hubs_key_is_another_than_by_rotations_its_orders_are_set_aside(tmp_path: Path) -> None:
    enrolled_state(tmp_path)
    (tmp_path / "marks.json").write_text("…")
    (tmp_path / "orders.json").write_text("…")
    (tmp_path / "journal.db").write_text("…")
    enrolled_state(tmp_path, hub_key=SigningKey(b"\x55" * 32))
    assert {each.name for each in tmp_path.iterdir()} == {"enrolment", "journal.db", "earlier-1"}
    assert {each.name for each in (tmp_path / "earlier-1").iterdir()} == {"marks.json", "orders.json"}


def test_a_power_cut_between_two_enrolments_leaves_one_of_them(tmp_path: Path) -> None:
    enrolled_state(tmp_path, feed="first")
    folder = tmp_path / "enrolment"
    folder.rename(tmp_path / "enrolment.old")
    assert read_enrolment(tmp_path).feed == "first"
    folder.rename(tmp_path / "aside")
    enrolled_state(tmp_path, feed="second")
    folder.rename(tmp_path / "enrolment.new")
    (tmp_path / "aside").rename(tmp_path / "enrolment.old")
    assert read_enrolment(tmp_path).feed == "second"
    enrolled_state(tmp_path, feed="third")
    assert [each.name for each in tmp_path.iterdir()] == ["enrolment"]


def test_a_folder_half_written_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "enrolment.new").mkdir()
    with pytest.raises(NotEnrolled):
        read_enrolment(tmp_path)
    enrolled_state(tmp_path)
    assert read_enrolment(tmp_path).edge == "clubhouse"


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(EnrolmentFileError, match="cannot be written"):
        enrolled_state(tmp_path / "state")
