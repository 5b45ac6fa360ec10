"""What the doctor finds in an edge's own folder: sound, damaged, readable by others, missing, out of date."""

import os
from pathlib import Path

import pytest

from contract.high_water import HEAD, POSITION, Mark, Reached
from contract.instants import from_us
from edge.core.saved_trust import SavedTrust
from edge.doctor import access, configuration, disk, journal, replica, seal
from edge.doctor.checks import Check, examine
from edge.doctor.findings import Level
from edge.storage.small_file import SmallFile
from tests.edge.doctor_runs import Ward, days, found, levels, the, ward
from tests.edge.fakes import FakeClock
from tests.edge.journal_runs import checkin
from tests.enrolled import EDGE_SEED, issued, make_authority

__all__ = ["ward"]  # a fixture
OK, WARNING, FAILURE = Level.OK, Level.WARNING, Level.FAILURE
NOBODY = 65_534


def contents(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(each.relative_to(folder)): (each.read_bytes(), each.stat().st_mtime)
        for each in folder.rglob("*")
        if each.is_file()
    }


def test_a_sound_folder_is_fine_and_stays_as_it_is(ward: Ward) -> None:
    before = contents(ward.state)
    whole: tuple[Check, ...] = (
        *(access.files, disk.space, disk.writable, disk.set_aside, seal.enrolment, seal.certificate),
        *(configuration.standing, configuration.files, configuration.refused, configuration.wiring),
        *(replica.exact, replica.age, journal.rows),
    )
    for check in whole:
        for each in check(ward.patient()):
            assert each.level is OK, each
    assert contents(ward.state) == before


def test_nothing_of_a_key_is_ever_told(ward: Ward) -> None:
    told = "".join(str(each) for each in examine(ward.patient()))
    assert EDGE_SEED.hex() not in told
    for name in ("signing.key", "organization.key", "tls.key"):
        assert (ward.state / "enrolment" / name).read_text().splitlines()[-2:][0] not in told


# Seal


def test_an_edge_that_is_not_enrolled(ward: Ward) -> None:
    (ward.state / "enrolment").rename(ward.state / "elsewhere")
    one = the(seal.enrolment, ward.patient(), "seal.enrolment")
    assert one.level is FAILURE
    assert "doorward-edge enroll" in str(one.to_do)
    assert found(seal.certificate, ward.patient()) == {}


def test_keys_that_others_can_read(ward: Ward) -> None:
    (ward.state / "enrolment" / "signing.key").chmod(0o644)
    one = the(seal.enrolment, ward.patient(), "seal.enrolment")
    assert one.level is FAILURE
    assert "chmod 600" in str(one.to_do)


@pytest.mark.parametrize("name", ["enrolment.json", "signing.key", "organization.key", "tls.crt"])
def test_damaged_files_of_an_enrolment(ward: Ward, name: str) -> None:
    (ward.state / "enrolment" / name).write_text("?")
    check = "seal.certificate" if name == "tls.crt" else "seal.enrolment"
    findings = [*seal.enrolment(ward.patient()), *seal.certificate(ward.patient())]
    (one,) = [each for each in findings if each.check == check]
    assert one.level is FAILURE
    assert "enrol this edge again" in str(one.to_do)


@pytest.mark.parametrize(
    ("certificate", "level", "what"),
    [
        (issued("edge:clubhouse:1", ends=days(-1), begins=days(-9)), FAILURE, "ended at"),
        (issued("edge:clubhouse:1", begins=days(1)), FAILURE, "begins at"),
        (issued("edge:clubhouse:1", ends=days(9)), WARNING, "ends at"),
        (issued("edge:clubhouse:1", by=make_authority("tests' authority")), FAILURE, "not of the hub's authority"),
        (issued("edge:clubhouse:1"), OK, "is valid until"),
    ],
    ids=["ended", "to come", "soon", "another authority", "valid"],
)
def test_the_edges_certificate(ward: Ward, certificate: object, level: Level, what: str) -> None:
    ward.enrol(certificate=certificate)  # type: ignore[arg-type]
    one = the(seal.certificate, ward.patient(), "seal.certificate")
    assert (one.level, what in one.what) == (level, True)


def test_an_authority_that_has_ended(ward: Ward) -> None:
    clock = FakeClock()
    clock.at += days(20 * 365)
    one = the(seal.certificate, ward.patient(clock), "seal.authority")
    assert (one.level, "ended at" in one.what) == (FAILURE, True)


def test_a_certificate_of_another_key(ward: Ward) -> None:
    (ward.state / "enrolment" / "tls.crt").write_bytes(issued("edge:clubhouse:1").pem())
    assert "another key" in the(seal.certificate, ward.patient(), "seal.certificate").what


# Whose the files are


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_that_root_left_to_an_edge_that_is_not_root(ward: Ward) -> None:
    os.chown(ward.state, NOBODY, NOBODY)
    one = the(access.files, ward.patient(), "access.files")
    assert one.level is FAILURE
    assert "sudo chown --recursive nobody:" in str(one.to_do)
    assert levels(found(access.groups, ward.patient())["access.groups"]) == [WARNING]


@pytest.mark.parametrize(
    ("name", "mode"),
    [("journal.db", 0o400), ("enrolment", 0o500), ("enrolment", 0o600), ("orders.json", 0o200)],
)
def test_files_that_their_owner_may_not_use(ward: Ward, name: str, mode: int) -> None:
    """As a copy of a folder that could be read alone has them. Whoever asks as root may all the same."""
    path = ward.state / name
    path.touch()
    path.chmod(mode)
    one = the(access.files, ward.patient(), "access.files")
    assert (one.level, one.what.endswith(f": {path}")) == (FAILURE, True)
    assert f"sudo chmod --recursive u+rwX {ward.state}" in str(one.to_do)


@pytest.mark.parametrize("mode", [0o710, 0o701])
def test_a_folder_that_others_may_use(ward: Ward, mode: int) -> None:
    ward.state.chmod(mode)
    assert the(access.files, ward.patient(), "access.folder").level is FAILURE


# Replica and journal


def test_no_replica(ward: Ward) -> None:
    for each in ward.state.glob("replica.*"):
        each.unlink()
    assert the(replica.exact, ward.patient(), "replica.file").level is FAILURE
    assert found(replica.age, ward.patient()) == {}


def test_a_replica_of_which_a_byte_has_changed(ward: Ward) -> None:
    (path,) = ward.state.glob("replica.*.db")
    raw = path.read_bytes()
    assert b"front-door" in raw
    path.write_bytes(raw.replace(b"front-door", b"front-dOOr"))
    assert the(replica.exact, ward.patient(), "replica.digest").level is FAILURE


@pytest.mark.parametrize("raw", [b"", b"no database at all, but long enough to be one" * 99])
def test_a_replica_that_is_none(ward: Ward, raw: bytes) -> None:
    (path,) = ward.state.glob("replica.*.db")
    path.write_bytes(raw)
    assert the(replica.exact, ward.patient(), "replica.file").level is FAILURE


def test_a_replica_that_does_not_decide(ward: Ward) -> None:
    ward.reach(Reached("everyone", POSITION, Mark(1, 99)))
    assert the(replica.exact, ward.patient(), "replica.position").level is FAILURE
    ward.reach(Reached("everyone", HEAD, Mark(2, 0)))
    assert the(replica.exact, ward.patient(), "replica.position").level is WARNING
    (ward.state / "marks.json").write_text("damaged")
    assert the(replica.exact, ward.patient(), "replica.position").level is FAILURE
    assert (ward.state / "marks.json").read_text() == "damaged"


def test_a_replica_of_unknown_age(ward: Ward) -> None:
    (ward.state / "trust.json").unlink()
    assert the(replica.age, ward.patient(), "replica.age").level is WARNING
    ward.configure(**{'permission = "front-door"': 'permission = "front-door"\nreplica_age_seconds_max = 60'})
    assert the(replica.age, ward.patient(), "replica.age").level is FAILURE


@pytest.mark.parametrize(("age_s", "level"), [(3_599.0, OK), (3_601.0, WARNING)])
def test_an_old_replica(ward: Ward, age_s: float, level: Level) -> None:
    assert the(replica.age, ward.patient(whole_since(ward, age_s)), "replica.age").level is level


@pytest.mark.parametrize(("age_s", "level"), [(59.0, OK), (61.0, FAILURE)])
def test_a_replica_that_is_too_old_for_a_reader(ward: Ward, age_s: float, level: Level) -> None:
    ward.configure(**{'permission = "front-door"': 'permission = "front-door"\nreplica_age_seconds_max = 60'})
    one = the(replica.age, ward.patient(whole_since(ward, age_s)), "replica.age")
    assert (one.level, "door take none as old" in str(one.why)) == (level, level is FAILURE)


def whole_since(ward: Ward, age_s: float) -> FakeClock:
    clock = FakeClock()
    clock.elapsed_s = 10_000.0
    trust = SavedTrust(boot=clock.boot, saved_s=clock.elapsed_s, whole_s=clock.elapsed_s - age_s)
    SmallFile(ward.state / "trust.json", SavedTrust).write(trust)
    return clock


def test_rows_that_the_hub_does_not_have(ward: Ward) -> None:
    ward.journal(3)
    clock = FakeClock()
    made_at = from_us(checkin(1).at_us)
    for at, level in ((made_at, OK), (made_at + days(1), WARNING), (made_at - days(1), WARNING)):
        clock.at = at
        one = the(journal.rows, ward.patient(clock), "journal.unacked")
        assert (one.level, "3 rows" in one.what) == (level, True)


def test_a_damaged_journal(ward: Ward) -> None:
    ward.journal(200)
    path = ward.state / "journal.db"
    raw = bytearray(path.read_bytes())
    raw[8_192:16_384] = b"\xff" * 8_192
    path.write_bytes(raw)
    one = the(journal.rows, ward.patient(), "journal.file")
    assert one.level is FAILURE
    assert path.read_bytes() == raw
    path.unlink()
    assert the(journal.rows, ward.patient(), "journal.file").level is WARNING


# Configuration


def test_a_configuration_that_cannot_be_read(ward: Ward) -> None:
    ward.configure(**{"relay_pin = 17": "relay_pin = 99"})
    one = the(configuration.standing, ward.patient(), "configuration.stands")
    assert one.level is FAILURE
    assert "relay_pin is 99" in one.what
    assert found(configuration.wiring, ward.patient()) == {}
    ward.configuration = ward.folder / "none.toml"
    assert "No such file" in the(configuration.standing, ward.patient(), "configuration.stands").what
    ward.configuration = None
    assert the(configuration.standing, ward.patient(), "configuration.stands").level is WARNING


def test_pins_that_their_board_has_not(ward: Ward) -> None:
    mock = 'pin_factory = "mock"'
    ward.configure(**{f'"{ward.folder / "door"}"': '"/dev/serial0"', "relay_pin = 17": "relay_pin = 14"})
    assert FAILURE in levels(found(configuration.wiring, ward.patient())["configuration.wiring"])
    ward.configure(**{mock: f'{mock}\nboard = "raspberry-pi-4b"', "relay_pin = 17": "relay_pin = 4"})
    assert set(levels(found(configuration.wiring, ward.patient())["configuration.wiring"])) == {WARNING}
    ward.configure(**{mock: f'{mock}\nboard = "no-such"'})
    assert the(configuration.wiring, ward.patient(), "configuration.wiring").level is FAILURE


def test_damaged_orders_are_told_and_left_alone(ward: Ward) -> None:
    path = ward.state / "orders.json"
    path.write_text("damaged")
    assert the(configuration.files, ward.patient(), "configuration.file").level is FAILURE
    assert path.read_text() == "damaged"


# Disk


def test_what_was_set_aside_is_told(ward: Ward) -> None:
    (ward.state / "damaged-trust.json").touch()
    (ward.state / "journal.db.damaged-1").touch()
    one = the(disk.set_aside, ward.patient(), "disk.set_aside")
    assert one.level is WARNING
    assert "damaged-trust.json, journal.db.damaged-1" in one.what
