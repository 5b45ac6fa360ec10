"""`doorward-hub backup` and `restore`: what comes back, and what is refused without changing anything."""

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from hub.access.models import OneTimeLink
from hub.audit.models import Entry
from hub.backup import operations, sealed_keys
from hub.backup.archive import About, Archive, CannotWrite, opened, write
from hub.backup.sealed_keys import OtherKeys, WrongPassphrase
from hub.feed import queries as feeds
from hub.feed.operations import EVERYONE
from hub.members import operations as members
from hub.members.models import Customer
from hub.startup import NotReady
from hub.watch.operations import note_worker
from tests.hub.conftest import DATA, Database, run_hub

PHRASE = "what opens the keys"


@pytest.fixture
def phrase(tmp_path: Path) -> str:
    path = tmp_path / "passphrase"
    path.write_text(f"{PHRASE}\n")
    return str(path)


@pytest.fixture
def nobody_else(request: pytest.FixtureRequest, database: Database) -> None:
    """What puts PostgreSQL back between tests stays connected otherwise, and a database in use is not replaced."""
    if database.vendor == "postgresql":
        request.getfixturevalue("renewed").close()


@pytest.fixture
def backup(database: Database, nobody_else: None, tmp_path: Path, phrase: str) -> str:
    """Of a hub with one customer, and one colleague who is signed in and has been sent a link."""
    members.save_customer(Customer(name="In the backup", email=""))
    Session.objects.create(session_key="k", session_data="", expire_date=timezone.now())
    OneTimeLink.objects.create(user=User.objects.create_user("one"), secret_hash=b"h", until=timezone.now())
    path = tmp_path / "club.backup"
    told(database, "backup", str(path), "--passphrase-file", phrase)
    return str(path)


def told(database: Database, *arguments: str, code: int = 0, **variables: str) -> str:
    """What the command says, with nobody else connected meanwhile."""
    connection.close()
    done = run_hub(*arguments, **database.environment | variables)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    return done.stdout + done.stderr


def names() -> list[str]:
    return list(Customer.objects.order_by("pk").values_list("name", flat=True))


def test_the_database_comes_back_in_a_new_epoch_and_nobody_is_signed_in(
    database: Database, backup: str, phrase: str
) -> None:
    members.save_customer(Customer(name="After the backup", email=""))
    before = feeds.head(EVERYONE)
    said = told(database, "restore", backup, "--passphrase-file", phrase, "--replace")
    after = feeds.head(EVERYONE)
    assert f"everyone: epoch {after.epoch} has begun" in said
    assert after.epoch > before.epoch
    assert (names(), User.objects.count()) == (["In the backup"], 1)
    assert (Session.objects.count(), OneTimeLink.objects.count()) == (0, 0)
    assert feeds.digest_from_rows(EVERYONE) == after.digest
    entry = Entry.objects.get(action="restored")
    assert (entry.actor_kind, entry.thing_kind, entry.after["epoch"]) == ("command", "feed", after.epoch)


def test_a_hub_that_is_there_stays_unless_it_is_to_be_replaced(
    database: Database, backup: str, phrase: str
) -> None:
    members.save_customer(Customer(name="After the backup", email=""))
    said = told(database, "restore", backup, "--passphrase-file", phrase, code=2)
    assert "--replace puts the backup in its place" in said
    assert names() == ["In the backup", "After the backup"]


@pytest.mark.usefixtures("nobody_else")
def test_a_backup_that_the_keys_here_do_not_fit_changes_nothing(database: Database, tmp_path: Path) -> None:
    def unfit() -> None:
        raise NotReady("the key files do not fit the cards")

    members.save_customer(Customer(name="In the backup", email=""))
    path = tmp_path / "club.backup"
    operations.back_up(path, settings.ENVIRONMENT.authority, None, timezone.now())
    members.save_customer(Customer(name="After the backup", email=""))
    with ZipFile(path) as file, opened(path) as whole:
        for wrong in ("organization", "card", "signing.1"):
            other = replace(whole.about, keys=whole.about.keys | {wrong: "0" * 32})
            with pytest.raises(OtherKeys, match=rf"/{wrong}\.key is not the key that fits"):
                operations.restore(Archive(file, other), True, False, unfit, timezone.now())
        # Older hubs did not say: an SQLite file is looked into before it takes the other's place.
        unsaid = Archive(file, replace(whole.about, keys=None))
        with pytest.raises((NotReady, operations.AlreadyThere), match=r"not fit the cards|to an empty database"):
            operations.restore(unsaid, True, False, unfit, timezone.now())
        assert names() == ["In the backup", "After the backup"]
        with pytest.raises(NotReady):
            operations.restore(whole, True, False, unfit, timezone.now())


def test_a_hub_that_works_is_not_replaced(database: Database, backup: str, phrase: str) -> None:
    restore = ("restore", backup, "--passphrase-file", phrase, "--replace")
    note_worker("one", timezone.now(), True, {}, timezone.now())
    assert "a worker runs on this database: stop" in told(database, *restore, code=2)
    note_worker("one", timezone.now(), True, {}, timezone.now() - timedelta(hours=1))
    Customer.objects.count()
    done = run_hub(*restore, **database.environment)  # this process is still connected
    assert done.returncode == 2
    assert "stop `web`, `worker`" in done.stderr
    told(database, *restore)


def test_what_is_no_backup_or_damaged_changes_nothing(
    database: Database, backup: str, phrase: str, tmp_path: Path
) -> None:
    whole = Path(backup).read_bytes()
    middle = len(whole) // 2
    broken = {
        "nothing": b"",
        "words": b"no backup at all",
        "half": whole[:middle],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
    }
    for name, content in broken.items():
        path = tmp_path / name
        path.write_bytes(content)
        said = told(database, "restore", str(path), "--passphrase-file", phrase, "--replace", code=2)
        assert "damaged" in said, name
    assert "cannot be read (No such file" in told(database, "restore", str(tmp_path / "none"), code=2)
    assert names() == ["In the backup"]


def test_another_version_and_another_kind_of_database_are_refused(
    database: Database, backup: str, phrase: str, tmp_path: Path
) -> None:
    def altered(name: str, old: str, new: str) -> str:
        with ZipFile(backup) as source, ZipFile(tmp_path / name, "w") as target:
            for each in source.namelist():
                content = source.read(each)
                target.writestr(each, content.replace(old.encode(), new.encode()) if "about" in each else content)
        return str(tmp_path / name)

    with ZipFile(backup) as archive:
        newest = next(line for line in archive.read("about.json").decode().splitlines() if "members.0008" in line)
    wrong = {
        "newer hub": altered("newer", '"migrations": [', '"migrations": ["members.9999_not_yet",'),
        "older hub": altered("older", newest, ""),
        "to the same kind": altered("kind", f'"{connection.vendor}"', '"oracle"'),
    }
    for word, path in wrong.items():
        assert word in told(database, "restore", path, "--passphrase-file", phrase, "--replace", code=2)
    assert names() == ["In the backup"]


def test_a_wrong_passphrase_leaves_no_key_behind(database: Database, backup: str, tmp_path: Path) -> None:
    wrong, data = tmp_path / "wrong", tmp_path / "elsewhere"
    wrong.write_text("another passphrase\n")
    options = ("--passphrase-file", str(wrong), "--replace")
    said = told(database, "restore", backup, *options, code=2, DOORWARD_DATA=str(data))
    assert "does not open the keys" in said
    assert not data.exists()
    assert "without a passphrase" not in said
    assert PHRASE.encode() not in Path(backup).read_bytes()
    for key in (DATA / "keys").iterdir():
        assert key.read_bytes().strip() not in Path(backup).read_bytes()


def test_a_backup_is_its_owners_alone_and_never_written_over(
    database: Database, backup: str, phrase: str, tmp_path: Path
) -> None:
    assert stat.S_IMODE(Path(backup).stat().st_mode) == 0o600
    before = Path(backup).read_bytes()
    assert "is there already" in told(database, "backup", backup, "--passphrase-file", phrase, code=2)
    assert Path(backup).read_bytes() == before
    folder = tmp_path / "backups"
    folder.mkdir()
    said = told(database, "backup", str(folder), "--without-keys")
    assert "this backup is without keys" in said
    (made,) = folder.iterdir()
    with ZipFile(made) as archive:
        assert "keys" not in archive.namelist()
    told(database, "restore", str(made), "--replace")
    assert names() == ["In the backup"]
    assert "--passphrase-file" in told(database, "backup", str(folder), code=2)
    assert list(folder.iterdir()) == [made]
    for name in ("doorward-20200101T000000Z.backup", "doorward-20200102T000000Z.backup", "another.backup"):
        (folder / name).touch()
    told(database, "backup", str(folder), "--keep", "2", "--passphrase-file", phrase)
    kept = sorted(path.name for path in folder.iterdir())
    assert (len(kept), kept[:2]) == (3, ["another.backup", made.name])


def test_a_log_that_was_left_of_a_lost_file_is_not_played_into_the_new_one(
    sqlite_database: Database, tmp_path: Path, phrase: str
) -> None:
    members.save_customer(Customer(name="In the backup", email=""))
    backup = str(tmp_path / "club.backup")
    told(sqlite_database, "backup", backup, "--passphrase-file", phrase)
    path = tmp_path / "hub.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("UPDATE members_customer SET name = 'Left in a log'")
        other.commit()
        log = Path(f"{path}-wal").read_bytes()
    path.unlink()
    Path(f"{path}-wal").write_bytes(log)
    told(sqlite_database, "restore", backup, "--passphrase-file", phrase)
    assert names() == ["In the backup"]


def test_a_damaged_file_is_replaced_and_kept(sqlite_database: Database, tmp_path: Path, phrase: str) -> None:
    members.save_customer(Customer(name="In the backup", email=""))
    backup = str(tmp_path / "club.backup")
    told(sqlite_database, "backup", backup, "--passphrase-file", phrase)
    (tmp_path / "hub.db").write_bytes(b"no database" * 1_000)
    told(sqlite_database, "restore", backup, "--passphrase-file", phrase, "--replace")
    assert names() == ["In the backup"]
    (aside,) = tmp_path.glob("hub.db.before-*")
    assert aside.read_bytes().startswith(b"no database")


def test_keys_of_another_hub_are_left_alone_and_newer_ones_stay(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    files = {"card.key": "c1\n", "signing.1.key": "s1\n"}
    assert len(sealed_keys.put_back(files, folder)) == 2
    (folder / "signing.2.key").write_text("s2\n")
    assert sealed_keys.put_back(files, folder) == []
    with pytest.raises(OtherKeys, match="is another key than the backup's"):
        sealed_keys.put_back({"card.key": "c2\n", "new.key": "n\n"}, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["card.key", "signing.1.key", "signing.2.key"]
    sealed = sealed_keys.seal(files, PHRASE)
    assert sealed_keys.unseal(sealed, PHRASE) == files
    with pytest.raises(WrongPassphrase):
        sealed_keys.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), PHRASE)
    with pytest.raises(WrongPassphrase, match="12 letters"):
        sealed_keys.seal(files, "short")


def test_a_folder_that_cannot_be_written_to_says_so(tmp_path: Path) -> None:
    about = About("1", "sqlite", "2026-01-01T00:00:00+00:00", [])
    path = tmp_path / "missing" / "club.backup"
    with pytest.raises(CannotWrite, match="No such file"):
        write(path, about, lambda file: None, b"", None)
    assert list(tmp_path.iterdir()) == []
