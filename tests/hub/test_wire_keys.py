"""The hub's keys by generation: rows and files fit each other, and each rotation is sealed by the key before."""

import argparse
import io
import json
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from contract.keys import SigningKey, Trusted
from contract.seal import rotated, unseal_by
from contract.topics import key as key_topic
from hub import keys
from hub.sync.clocks import Clocks
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.outgoing import Outgoing
from hub.sync.worker import Worker
from hub.wire_keys.management.commands.rotate_key import duration
from hub.wire_keys.models import WireKey
from hub.wire_keys.operations import establish, rotate
from hub.wire_keys.queries import NoWireKey, WrongSigningKey, current, newest_generation, rotations
from tests.enrolled import HUB_KEY
from tests.hub.conftest import DATA, Database, run_hub
from tests.hub.scans import AT, pull, small_club
from tests.hub.seals import said

DAY = timedelta(days=1)


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> Path:
    """The hub's key files, in a folder of the test's own."""
    return Path(shutil.copytree(DATA / "keys", tmp_path / "keys"))


def followed(trusted: Trusted) -> Trusted:
    """What an edge trusts once it has heard of all rotations, oldest first."""
    for rotation in rotations():
        trusted = rotated(trusted, rotation.sealed, key_topic(rotation.generation))
    return trusted


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def test_init_has_made_the_first(folder: Path) -> None:
    found = current(folder)
    assert (found.generation, found.key.verifying) == (1, HUB_KEY.verifying)
    assert rotations() == []
    assert establish(folder, AT) == []


def test_each_rotation_is_sealed_by_the_key_before(folder: Path) -> None:
    first = rotate(folder, DAY, AT)
    second = rotate(folder, timedelta(0), AT + DAY)
    assert (first.generation, second.generation, newest_generation()) == (2, 3, 3)
    trusted = followed(Trusted(HUB_KEY.verifying))
    assert trusted == Trusted(second.key.verifying, 3, first.key.verifying, LONG_AGO)
    assert current(folder).key.verifying == second.key.verifying
    assert stat.S_IMODE(keys.signing_path(folder, 3).stat().st_mode) == 0o600
    assert list(WireKey.objects.values_list("old_until", flat=True)) == [None, AT + DAY, LONG_AGO]


def test_a_rotation_that_was_cut_off_comes_to_its_end(folder: Path) -> None:
    keys.create_signing(folder, 2)
    made = SigningKey(keys.signing_seed(folder, 2))
    assert current(folder).generation == 1
    assert establish(folder, AT) == [2]
    assert followed(Trusted(HUB_KEY.verifying)) == Trusted(made.verifying, 2, HUB_KEY.verifying, LONG_AGO)


def test_a_database_put_back_from_a_backup_takes_up_what_edges_follow(folder: Path) -> None:
    rotate(folder, DAY, AT)
    newest = rotate(folder, DAY, AT)
    WireKey.objects.filter(generation__gt=1).delete()
    assert establish(folder, AT + timedelta(hours=3)) == [2, 3]
    # How long a key was to count is lost with the rows: it may have been stolen.
    assert list(WireKey.objects.values_list("old_until", flat=True)) == [None, LONG_AGO, LONG_AGO]
    assert followed(Trusted(HUB_KEY.verifying)).current == newest.key.verifying


def test_an_empty_database_takes_up_all_files(folder: Path) -> None:
    rotate(folder, DAY, AT)
    WireKey.objects.all().delete()
    with pytest.raises(NoWireKey, match="run `doorward-hub init`"):
        current(folder)
    assert establish(folder, AT) == [1, 2]
    assert followed(Trusted(HUB_KEY.verifying)).current == current(folder).key.verifying


def test_without_the_old_key_nothing_is_rotated(folder: Path) -> None:
    path = keys.signing_path(folder, 1)
    path.rename(folder / "kept")
    with pytest.raises(keys.KeyFileError, match="put it back from a backup"):
        rotate(folder, DAY, AT)
    (folder / "kept").rename(path)
    path.write_text("ab" * 32)
    with pytest.raises(WrongSigningKey, match=r"signing\.1\.key is not the key that edges know"):
        rotate(folder, DAY, AT)
    assert newest_generation() == 1
    assert keys.signing_generations(folder) == [1]


def test_a_rotation_is_whole_or_not_at_all(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        rotate(folder, DAY, AT)
        raise ZeroDivisionError
    assert current(folder).generation == 1
    assert rotate(folder, DAY, AT).generation == 3


@pytest.mark.parametrize(
    ("text", "seconds"), [("1d", 86_400), ("12h", 43_200), ("30m", 1_800), ("0s", 0), ("366d", 366 * 86_400)]
)
def test_how_long_is_said_with_a_unit(text: str, seconds: int) -> None:
    assert duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "1", "d", "-1d", "1w", "367d", "1 d", "1.5d", "9999999999s"])
def test_any_other_way_to_say_how_long_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="as in 1d"):
        duration(text)


def test_by_command(database: Database, folder: Path) -> None:
    variables = database.environment | {"DOORWARD_DATA": str(folder.parent)}
    done = run_hub("rotate_key", "--keep-old", "0s", **variables)
    assert done.returncode == 0, done.stderr
    made = current(folder)
    assert f"generation 2 ({made.key.id.hex()})" in done.stdout
    assert keys.signing_seed(folder, 2).hex() not in done.stdout + done.stderr
    assert run_hub("rotate_key", "--keep-old", "soon", **variables).returncode != 0
    keys.signing_path(folder, 2).chmod(0o644)
    wrong = run_hub("rotate_key", **variables)
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
    assert "chmod 600" in wrong.stderr


# The worker


class RawBroker:
    """Keeps what is sent as it is sent."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def connected(self) -> bool:
        return True

    def room(self) -> int:
        return 3_000

    def publish(self, message: Outgoing) -> None:
        self.sent.append(message)

    def take(self) -> list[Outgoing]:
        taken, self.sent = self.sent, []
        return taken


class Desk:
    def __init__(self, folder: Path) -> None:
        small_club()
        self.broker = RawBroker()
        self.at_s = 0.0
        self._lines = io.StringIO()
        clocks = Clocks(lambda: AT, lambda: self.at_s)
        log = Log(self._lines, clocks.now, clocks.monotonic_s)
        self.worker = Worker(Inbox(), self.broker, log, clocks, folder)

    def events(self) -> list[tuple[str, int]]:
        lines = map(json.loads, self._lines.getvalue().splitlines())
        return [(line["event"], line["generation"]) for line in lines]


def test_a_worker_takes_a_new_key_up_and_says_all_that_the_broker_keeps_anew(folder: Path) -> None:
    desk = Desk(folder)
    desk.worker.tell_heads()
    [head] = desk.broker.take()
    unseal_by(head.payload, HUB_KEY.verifying, head.topic)
    made = rotate(folder, DAY, AT)
    desk.worker.tell_heads()
    assert desk.broker.take() == []
    desk.at_s = 0.5
    desk.worker.handle([said("pull", pull())])
    rotation, page = desk.broker.take()
    assert (rotation.topic, rotation.retained) == ("dw/1/keys/2", True)
    assert rotated(Trusted(HUB_KEY.verifying), rotation.payload, rotation.topic).current == made.key.verifying
    unseal_by(page.payload, made.key.verifying, page.topic)
    desk.worker.tell_heads()
    assert [each.topic for each in desk.broker.take()] == ["dw/1/feed/everyone/head"]
    assert desk.events() == [("signing_key", 2)]


def test_a_worker_without_the_new_file_goes_on_with_the_old_key(folder: Path) -> None:
    desk = Desk(folder)
    desk.worker.tell_heads()
    desk.broker.take()
    rotate(folder, DAY, AT)
    path = keys.signing_path(folder, 2)
    path.rename(folder / "elsewhere")
    for desk.at_s in (1.0, 2.0, 3.0):
        desk.worker.handle([said("pull", pull())])
        [page] = desk.broker.take()
        unseal_by(page.payload, HUB_KEY.verifying, page.topic)
    assert desk.events() == [("signing_key_unusable", 2)]
    (folder / "elsewhere").rename(path)
    desk.at_s = 4.0
    desk.worker.handle([])
    assert [each.topic for each in desk.broker.take()] == ["dw/1/keys/2"]
