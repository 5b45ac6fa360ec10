"""What the doctor finds of a hub's orders and of files of other versions; and a check that fails itself."""

import sqlite3
import tomllib
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from contract.feed import Change
from contract.high_water import HEAD, Mark, Reached
from contract.hours import Schedule, Site
from contract.instants import to_us
from contract.orders import Desired, Refused
from contract.plan_rows import schedule_change, site_change
from edge.core.saved_orders import ConfigurationOrders, SavedOrders
from edge.doctor import checks, configuration, disk, journal, replica
from edge.doctor.findings import Level, worst
from edge.doctor.patient import Patient
from edge.storage.journal import SqliteJournal
from edge.storage.orders_file import OrdersFile
from tests.edge.doctor_runs import Ward, days, found, levels, the, ward
from tests.edge.journal_runs import checkin, run

__all__ = ["ward"]  # a fixture
OK, WARNING, FAILURE = Level.OK, Level.WARNING, Level.FAILURE


def ordered(ward: Ward, orders: ConfigurationOrders) -> None:
    OrdersFile(ward.state).write(SavedOrders(written=1, configuration=orders))


def desired(ward: Ward, **changes: str) -> Desired:
    ward.configure(**{'[broker]\nhost = "127.0.0.1"\nport = 1\ntls = false\n': "", **changes})
    assert ward.configuration is not None
    return Desired(epoch=3, generation=4, document=tomllib.loads(ward.configuration.read_text()))


def at(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
        connection.execute("PRAGMA journal_mode = DELETE")


# Orders


def test_the_hubs_configuration_goes_before_the_edges_own(ward: Ward) -> None:
    ordered(ward, ConfigurationOrders(heard=(3, 4), stands=desired(ward, **{'name = "door"': 'name = "gate"'})))
    ward.configure()
    one = the(configuration.standing, ward.patient(), "configuration.stands")
    assert (one.level, one.what) == (OK, "the hub's, generation 4 of epoch 3: readers gate, counter")
    (ward.state / "enrolment").rename(ward.state / "elsewhere")
    assert the(configuration.standing, ward.patient(), "configuration.stands").level is OK


def test_a_configuration_of_the_hub_that_cannot_be_read_here(ward: Ward) -> None:
    strange = replace(desired(ward), document={"edge": "clubhouse", "to come": 1})
    ordered(ward, ConfigurationOrders(heard=(3, 4), stands=strange))
    one = the(configuration.standing, ward.patient(), "configuration.stands")
    assert (one.level, "the hub's" in one.what) == (FAILURE, True)


def test_what_was_refused_or_is_tried(ward: Ward) -> None:
    refused = Refused(epoch=3, generation=5, step="self_test", field="readers[0]", why="no such port")
    ordered(ward, ConfigurationOrders(heard=(3, 5), stands=desired(ward), trying=True, refused=refused))
    findings = found(configuration.refused, ward.patient())
    assert {name: levels(each) for name, each in findings.items()} == {
        "configuration.refused": [WARNING],
        "configuration.trying": [WARNING],
    }
    assert findings["configuration.refused"][0].why == "readers[0]: no such port"


def test_one_that_was_refused_before_is_forgotten(ward: Ward) -> None:
    refused = Refused(epoch=3, generation=1, step="validate", why="it was wrong")
    ordered(ward, ConfigurationOrders(heard=(3, 4), stands=desired(ward), refused=refused))
    assert found(configuration.refused, ward.patient()) == {}


def test_the_newest_copy_of_orders_counts(ward: Ward) -> None:
    file = OrdersFile(ward.state)
    file.write(SavedOrders(written=1, configuration=ConfigurationOrders(stands=desired(ward))))
    file.write(SavedOrders(written=2, configuration=ConfigurationOrders()))
    (ward.state / "orders.json").write_text("damaged")
    patient = ward.patient()
    assert patient.kept_orders[0].written == 1
    assert the(configuration.files, patient, "configuration.file").level is FAILURE


def test_orders_that_are_a_folder(ward: Ward) -> None:
    (ward.state / "orders.json").mkdir()
    assert the(configuration.files, ward.patient(), "configuration.file").level is FAILURE


# Other versions, and rows that wait


def test_a_journal_of_a_newer_software(ward: Ward) -> None:
    at(ward.state / "journal.db", "PRAGMA user_version = 99")
    one = the(journal.rows, ward.patient(), "journal.file")
    assert (one.level, "newer" in str(one.why)) == (FAILURE, True)


def test_a_journal_of_an_older_software_is_read(ward: Ward) -> None:
    path = ward.state / "journal.db"
    path.unlink()
    at(path, "CREATE TABLE journal (id BLOB NOT NULL)")
    at(path, "INSERT INTO journal VALUES (x'6a6a6a6a')")
    at(path, "CREATE TABLE checkin (sequence INTEGER PRIMARY KEY, counted INTEGER, body BLOB)")
    at(path, "CREATE TABLE ack (number INTEGER PRIMARY KEY, upto INTEGER, epoch INTEGER, sequence INTEGER)")
    at(path, "PRAGMA user_version = 1")
    assert the(journal.rows, ward.patient(), "journal.file").what.endswith("id 6a6a6a6a…")


def test_rows_that_have_waited_for_long(ward: Ward) -> None:
    patient: Patient = ward.patient()
    made_at: datetime = patient.known.at - days(1)

    async def work(journal: SqliteJournal) -> None:
        await journal.append(replace(checkin(1), at_us=to_us(made_at)))

    run(ward.state / "journal.db", work)
    one = the(journal.rows, patient, "journal.unacked")
    assert (one.level, f"{made_at:%Y-%m-%d %H:%M}" in one.what) == (WARNING, True)
    at(ward.state / "journal.db", "UPDATE checkin SET body = x'00'")
    assert the(journal.rows, ward.patient(), "journal.unacked").what == "the hub has not acknowledged 1 row"


def test_a_replica_of_another_format_or_not_complete(ward: Ward) -> None:
    (path,) = ward.state.glob("replica.*.db")
    at(path, "UPDATE meta SET complete = 0")
    assert the(replica.exact, ward.patient(), "replica.file").what == f"{path.name} is not complete"
    at(path, "PRAGMA user_version = 99")
    assert the(replica.exact, ward.patient(), "replica.file").level is WARNING
    at(path, "DELETE FROM meta")
    assert "without its position" in the(replica.exact, ward.patient(), "replica.file").what


def test_the_highest_complete_replica_is_the_one(ward: Ward) -> None:
    (path,) = ward.state.glob("replica.*.db")
    (ward.state / "replica.9.db").write_bytes(b"")
    assert the(replica.exact, ward.patient(), "replica.digest").what.startswith(path.name)


def test_a_replica_of_another_feed(ward: Ward) -> None:
    (path,) = ward.state.glob("replica.*.db")
    at(path, "UPDATE meta SET feed = 'partners'")
    ward.reach(Reached("partners", HEAD, Mark(1, 0)))
    assert the(replica.exact, ward.patient(), "replica.position").level is FAILURE


# What the configuration calls by names of the hub's

NAMED = {
    'edge = "clubhouse"': 'site = "clubhouse"',
    'permission = "front-door"': 'permission = "front-door"\nunlocked_schedule = "opening-hours"',
}
SITE = site_change("clubhouse", Site())
SCHEDULE = schedule_change("opening-hours", Schedule())


def put(ward: Ward, *changes: Change) -> None:
    """Rows of the replica, whatever its digest says."""
    (path,) = ward.state.glob("replica.*.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for number, change in enumerate(changes, start=10**6):
            row = (number, change.kind, change.key, change.ref, change.body)
            connection.execute("INSERT INTO feed_row VALUES (?, ?, ?, ?, ?)", row)


def test_names_that_the_hub_has(ward: Ward) -> None:
    assert found(replica.names, ward.patient()) == {}
    ward.configure(**NAMED)
    put(ward, SITE, SCHEDULE)
    assert levels(found(replica.names, ward.patient())["replica.names"]) == [OK, OK]


def test_a_site_and_a_schedule_that_the_hub_has_not(ward: Ward) -> None:
    ward.configure(**NAMED)
    site, schedule = found(replica.names, ward.patient())["replica.names"]
    assert (site.level, site.what, site.about) == (WARNING, "the hub has no site clubhouse", "site")
    assert "UTC" in str(site.why)
    assert (schedule.level, schedule.about) == (WARNING, "door.unlocked_schedule")
    assert schedule.what == "the hub has no schedule opening-hours"
    put(ward, SITE)
    assert levels(found(replica.names, ward.patient())["replica.names"]) == [OK, WARNING]


def test_rows_of_a_hub_that_cannot_be_read_here(ward: Ward) -> None:
    ward.configure(**NAMED)
    put(ward, replace(SITE, body=b"\xff"), replace(SCHEDULE, body=b"\xff"))
    site, schedule = found(replica.names, ward.patient())["replica.names"]
    assert (site.level, schedule.level) == (FAILURE, FAILURE)
    assert "cannot be read here" in site.what


def test_of_a_replica_that_is_not_whole_no_name_is_missed(ward: Ward) -> None:
    ward.configure(**NAMED)
    (path,) = ward.state.glob("replica.*.db")
    at(path, "UPDATE meta SET complete = 0")
    assert found(replica.names, ward.patient()) == {}
    path.unlink()
    assert found(replica.names, ward.patient()) == {}


# A check that fails


def test_a_check_that_fails_holds_no_other_up(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(patient: Patient) -> None:
        raise RuntimeError("with a secret in it")

    monkeypatch.setattr(checks, "CHECKS", {"disk": (fails, disk.set_aside)})
    failing, other = checks.examine(ward.patient())
    assert (failing.check, failing.level, other.check) == ("disk.failed", FAILURE, "disk.set_aside")
    assert "secret" not in str(failing)
    assert worst([failing, other]) is FAILURE
    assert worst([other]) is OK
