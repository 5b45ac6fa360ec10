"""An edge's folder on which nothing is amiss, a machine made of files, and what single checks find on them."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.high_water import HEAD, POSITION, HighWater, Mark, Reached
from contract.instants import to_us
from edge.clock import SystemClock
from edge.core.saved_marks import SavedMarks, saved
from edge.core.saved_trust import SavedTrust
from edge.doctor.checks import Check
from edge.doctor.findings import Finding, Level
from edge.doctor.patient import Patient, Places
from edge.ports import KernelClock
from edge.storage.journal import SqliteJournal
from edge.storage.small_file import SmallFile
from tests.edge.edge_process import write_configuration
from tests.edge.fakes import FakeClock, Scanner
from tests.edge.journal_runs import checkin, run
from tests.edge.test_process_offline import fill
from tests.enrolled import Certificate, enrolled_state

UNIT = "[Service]\nUser=nobody\nWatchdogSec=30\nRestart=always\n"


class Ward:
    """`state` is the edge's folder; `machine` the machine's, as far as it is not this one's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.machine = folder / "machine"
        self.configuration: Path | None = write_configuration(folder)
        self.scanners = [Scanner(folder / name) for name in ("door", "counter")]
        for each in self.scanners:
            each.plug_in()

    def enrol(
        self,
        port: int = 1,
        *,
        host: str = "127.0.0.1",
        tls: bool = False,
        certificate: Certificate | None = None,
    ) -> None:
        """The configuration names no broker then: it is the one of the enrolment."""
        enrolled_state(self.state, port=port, host=host, tls=tls, certificate=certificate)
        self.configure(**{'[broker]\nhost = "127.0.0.1"\nport = 1\ntls = false\n': ""})

    def fill(self) -> None:
        """A replica, a journal of which the hub has everything, and what is known of both."""
        asyncio.run(fill(self.state))
        run(self.state / "journal.db", _nothing)
        clock = SystemClock()
        mark = (to_us(clock.now()), clock.boottime_s())
        trust = SavedTrust(
            boot=clock.boot_id(), saved_s=mark[1], floor=mark, hub=mark, synced=mark, whole_s=mark[1]
        )
        SmallFile(self.state / "trust.json", SavedTrust).write(trust)
        self.reach(Reached("everyone", HEAD, Mark(1, 0)), Reached("everyone", POSITION, Mark(1, 1)))

    def told_by_hub(self) -> FakeClock:
        """A clock that is kept right, and that says what the hub has said."""
        clock = FakeClock()
        clock.synchronized = True
        mark = (to_us(clock.at), clock.elapsed_s)
        trust = SavedTrust(boot=clock.boot, saved_s=clock.elapsed_s, floor=mark, hub=mark)
        SmallFile(self.state / "trust.json", SavedTrust).write(trust)
        return clock

    def reach(self, *reached: Reached) -> None:
        SmallFile(self.state / "marks.json", SavedMarks).write(saved(1, HighWater.of(reached)))

    def journal(self, count: int) -> None:
        async def work(journal: SqliteJournal) -> None:
            for number in range(1, count + 1):
                await journal.append(checkin(number))

        run(self.state / "journal.db", work)

    def configure(self, **changes: str) -> None:
        self.configuration = write_configuration(self.folder, **changes)

    def patient(self, clock: KernelClock | None = None) -> Patient:
        places = Places(
            sys=self.machine / "sys",
            dev=self.machine / "dev",
            units=(self.machine / "units",),
            defaults=self.machine / "defaults",
            systemd=self.machine / "systemd",
        )
        return Patient(self.state, self.configuration, clock or SystemClock(), places)

    def put(self, name: str, text: str) -> Path:
        """A file of the machine."""
        path = self.machine / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def close(self) -> None:
        for each in self.scanners:
            each.close()


def found(check: Check, patient: Patient) -> dict[str, list[Finding]]:
    """What it finds, by the finding's name."""
    by_name: dict[str, list[Finding]] = {}
    for each in check(patient):
        by_name.setdefault(each.check, []).append(each)
    return by_name


def levels(findings: Iterable[Finding]) -> list[Level]:
    return [each.level for each in findings]


def the(check: Check, patient: Patient, name: str) -> Finding:
    """The one finding of that name; those to act on say why and what to do."""
    (one,) = found(check, patient)[name]
    assert (one.level is Level.OK) is (one.why is None) is (one.to_do is None)
    return one


def days(count: int) -> timedelta:
    return timedelta(days=count)


async def _nothing(_: SqliteJournal) -> None:
    pass


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """Enrolled, and with a replica."""
    made = Ward(tmp_path)
    made.enrol()
    made.fill()
    yield made
    made.close()
