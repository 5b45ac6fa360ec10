"""Receipts: of each redemption of who wants them, once, written by the worker and never by a check-in."""

import io
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from hub.checkins import desk_operations
from hub.checkins.models import CheckIn
from hub.checkins.operations import ingest
from hub.decisions.checkin_operations import CheckedIn, Station, check_in
from hub.horizon import newest_number
from hub.letters.due_operations import Due
from hub.letters.models import Progress
from hub.letters.receipts import TOO_OLD
from hub.letters.wish_operations import set_wishes
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Customer
from hub.sync.clocks import Clocks
from hub.sync.log import Log
from hub.sync.mail import MailRound
from tests.hub.conftest import Database
from tests.hub.mail_server import mail_server
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.scanned_club import DISCOUNT, GLASS, ScannedClub, scanned_club
from tests.hub.scans import AT, batch, journal_rows, redemption, small_club

MINUTE = timedelta(minutes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with mail_by(f"file://{tmp_path / 'out'}"):
        yield tmp_path / "out"


@pytest.fixture
def here(database: Database, folder: Path) -> ScannedClub:
    """A worker writes letters there, and Anna wants receipts."""
    club = scanned_club()
    write()
    set_wishes(club.anna, receipts=True)
    return club


def write(at: datetime | None = None) -> int:
    """By a worker that begins then: how many were written."""
    before, due, now = Mail.objects.count(), Due(), at or timezone.now()
    more = True
    while more or Progress.objects.get().checkins_upto < newest_number(CheckIn):
        more = due.write(now)
    return Mail.objects.count() - before


def redeemed(club: ScannedClub, benefit: str = GLASS, at: datetime | None = None) -> CheckedIn:
    return check_in(club.anna, benefit, Station(partner=club.bar), at or timezone.now())


def test_a_glass_of_wine_is_receipted_once_by_the_worker(here: ScannedClub, folder: Path) -> None:
    redeemed(here)
    assert Mail.objects.count() == 0
    assert write() == 1
    assert write() == 0
    [letter] = letters_in(folder, timezone.now())
    assert (letter["to"], letter["subject"]) == ("anna@club.example", "Redeemed: Glass of wine")
    text = text_of(letter)
    assert "Glass of wine\n" in text and "\nBar\n" in text and "0 are left" in text
    assert "/card/letters/receipt-" in letter["list-unsubscribe"]


def test_nothing_is_written_of_what_used_nothing_up(here: ScannedClub) -> None:
    redeemed(here, DISCOUNT)
    glass = redeemed(here)
    assert glass.checkin.counted and not redeemed(here).checkin.counted
    desk_operations.undo_press(glass.checkin, timezone.now())
    assert write() == 0


def test_only_to_those_who_want_them(here: ScannedClub) -> None:
    set_wishes(here.anna, receipts=False)
    redeemed(here)
    assert write() == 0
    # What was before they wanted any is behind them.
    set_wishes(here.anna, receipts=True)
    assert write() == 0
    assert redeemed(here, at=timezone.now() + timedelta(days=8)).checkin.counted
    Customer.objects.update(email="")
    assert write(timezone.now() + timedelta(days=8)) == 0


def test_of_what_an_edge_tells_in_time(database: Database, folder: Path) -> None:
    club = small_club()
    club.customer.email = "ann@club.example"
    operations.save_customer(club.customer)
    set_wishes(club.customer, receipts=True)
    Due().write(AT)
    late = AT + TOO_OLD
    many = [redemption(club, number) for number in range(25)]
    ingest([batch(b"j" * 16, journal_rows(*many))], AT + MINUTE)
    assert write(AT + MINUTE) == 25
    before, after = redemption(club, -MINUTE.seconds), redemption(club, MINUTE.seconds)
    ingest([batch(b"j" * 16, journal_rows(before, after, first=26))], late)
    assert write(late) == 1
    letters = [text_of(each) for each in letters_in(folder, late)]
    assert len(letters) == 26 and all("glass-of-wine\n" in each and "\nclubhouse\n" in each for each in letters)


def test_the_first_time_what_was_before_is_not_told(database: Database, folder: Path) -> None:
    club = scanned_club()
    set_wishes(club.anna, receipts=True)
    redeemed(club)
    Due().write(timezone.now())
    assert write() == 0


def test_the_workers_round_writes_and_sends(sqlite_database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        club = scanned_club()
        Due().write(timezone.now())
        set_wishes(club.anna, receipts=True)
        redeemed(club)
        stopping = threading.Event()
        log = Log(io.StringIO(), timezone.now, time.monotonic)
        running = MailRound(log, Clocks(timezone.now, time.monotonic))
        thread = threading.Thread(target=running.run, args=(stopping,))
        thread.start()
        server.wait_for(1)
        stopping.set()
        thread.join()
        [letter] = server.letters
    assert letter["subject"] == "Redeemed: Glass of wine"
    assert log.counts() == {}
