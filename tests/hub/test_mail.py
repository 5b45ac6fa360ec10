"""The outbox: letters by a real SMTP conversation, to servers that take, refuse, hang or die."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from hub.mail import operations, sending
from hub.mail.delivering import Delivering
from hub.mail.draft import BadLetter, Draft
from hub.mail.models import Mail
from hub.mail.operations import KEPT, LASTS, LEASE, NoMail, forget_old, queue, take
from hub.mail.queries import can_send, mails_to
from hub.members import operations as members
from tests.hub.conftest import Database
from tests.hub.mail_server import mail_server
from tests.hub.mailed import SECRET, a_draft, mail_by, queued, states, turn
from tests.hub.people import AT, a_customer

SENT, WAITING, FAILED = Mail.State.SENT, Mail.State.WAITING, Mail.State.FAILED
MINUTE = timedelta(minutes=1)


def test_a_letter_comes_whole(database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        draft = a_draft(
            "Ihre Karte für März",
            html="<p>Hier</p>",
            sender="Weinclub Köln",
            reply_to="office@club.example",
            unsubscribe="https://club.example/letters/stop/abc",
        )
        mail = queue(draft, "ann@club.example", "card_link", AT)
        assert turn().sent == 1
        [letter] = server.letters
    assert (letter["subject"], letter["to"]) == ("Ihre Karte für März", "ann@club.example")
    assert (letter["from"], letter["reply-to"]) == ("Weinclub Köln <mail@club.example>", "office@club.example")
    assert (letter["message-id"], letter["auto-submitted"]) == (mail.message_id, "auto-generated")
    assert letter["list-unsubscribe"] == "<https://club.example/letters/stop/abc>"
    assert letter["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert SECRET in letter.get_body(("plain",)).get_content()
    assert letter.get_body(("html",)).get_content().strip() == "<p>Hier</p>"


def test_what_is_in_a_letter_is_encrypted_and_gone_once_it_is_sent(database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        [mail] = queued()
        kept = bytes(Mail.objects.get().sealed)
        assert not any(word in kept for word in (b"s3cret", b"Your card"))
        assert "s3cret" not in repr(a_draft())
        turn()
    mail.refresh_from_db()
    assert (mail.state, mail.sealed, mail.done_at) == (SENT, None, AT)


def test_what_is_not_committed_is_not_sent(database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        with pytest.raises(RuntimeError), transaction.atomic():
            queued()
            raise RuntimeError
        assert turn().sent == 0
    assert (Mail.objects.count(), server.raw) == (0, [])


def test_many_go_in_one_conversation(database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        queued(*(f"m{number}@club.example" for number in range(30)))
        assert turn().sent == 30
    assert len({each["to"] for each in server.letters}) == 30
    assert sum(each.startswith("ehlo") for each in server.heard) == 1


def test_without_mail_nothing_is_queued_and_nothing_breaks(sqlite_database: Database) -> None:
    assert not can_send()
    with pytest.raises(NoMail, match="DOORWARD_MAIL"):
        queued()


@pytest.mark.parametrize(
    ("answers", "after", "trouble"),
    [
        ({"RCPT": "550 no such user"}, (FAILED, "refused 550"), ""),
        ({"RCPT": "451 come back later"}, (WAITING, "refused 451"), ""),
        ({".": "554 spam"}, (FAILED, "refused 554"), ""),
        ({"MAIL": "553 not you"}, (WAITING, "sender 553"), "sender 553"),
        ({"RCPT": "421 closing"}, (WAITING, "refused 421"), "refused 421"),
        ({".": ""}, (WAITING, "no_connection"), "no_connection"),
        ({"MAIL": ""}, (WAITING, "no_connection"), "no_connection"),
    ],
)
def test_what_a_server_refuses(
    sqlite_database: Database, answers: dict[str, str], after: tuple[str, str], trouble: str
) -> None:
    with mail_server(answers=answers) as server, mail_by(server.url):
        queued()
        assert turn().trouble == trouble
    assert states() == [after]
    assert (Mail.objects.get().sealed is None) == (after[0] == FAILED)


def test_one_that_is_refused_holds_no_other_up(database: Database) -> None:
    with mail_server(answers={"RCPT": "550 no"}) as server, mail_by(server.url):
        queued("nobody@club.example", "nobody@club.example")
        done = turn()
    assert (states(), len(done.failed)) == ([(FAILED, "refused 550")] * 2, 2)


def test_a_server_that_is_away_is_asked_again_until_it_comes(database: Database) -> None:
    with mail_server() as gone:
        pass
    with mail_by(gone.url):
        queued("ann@club.example", "bob@club.example")
        assert turn().trouble == "no_connection"
        assert states() == [(WAITING, "no_connection"), (WAITING, "")]
    with mail_server() as server, mail_by(server.url):
        assert turn().sent == 1
        assert turn(AT + MINUTE).sent == 1
    assert states() == [(SENT, "")] * 2


def test_who_hangs_is_given_up_for_now(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TIMEOUT_S", 0.2)
    with mail_server(hangs="RCPT") as server, mail_by(server.url):
        queued()
        assert turn().trouble == "timeout"
    assert states() == [(WAITING, "timeout")]


def test_waits_grow_and_after_three_days_it_is_given_up(sqlite_database: Database) -> None:
    with mail_server(answers={"RCPT": "451 later"}) as server, mail_by(server.url):
        queued()
        at, waits = AT, []
        while turn(at) and states()[0][0] == WAITING:
            waits.append(Mail.objects.get().next_at - at)
            at += waits[-1]
    assert waits[:4] == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)]
    assert waits == sorted(waits)
    assert LASTS - timedelta(hours=8) <= at - AT < LASTS
    assert (states(), Mail.objects.get().sealed) == ([(FAILED, "refused 451")], None)


def test_what_comes_too_late_is_not_sent(sqlite_database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        queued()
        assert turn(AT + LASTS).failed[0][1] == "too_late"
    assert server.raw == []


def test_what_a_sender_died_with_goes_out_again_with_the_same_id(database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        queued()
        dead = take(AT)
        assert turn(AT + LEASE - MINUTE).sent == 0
        assert turn(AT + LEASE).sent == 1
        # It was not dead: its word counts no more.
        operations.record(dead, operations.Outcome("timeout"), AT + LEASE, 0.0)
    assert states() == [(SENT, "")]


def test_two_workers_send_nothing_twice(database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        queued(*(f"m{number}@club.example" for number in range(60)))

        def work() -> None:
            try:
                turn()
            finally:
                connection.close()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
    assert (len(server.raw), len({each["to"] for each in server.letters})) == (60, 60)


def test_a_worker_that_stops_finishes_its_letter_alone(sqlite_database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        queued("ann@club.example", "bob@club.example")
        assert Delivering(lambda: 0.0).turn(lambda: AT, lambda: bool(server.raw)).sent == 1
    assert states() == [(SENT, ""), (WAITING, "")]


@pytest.mark.parametrize(
    ("draft", "recipient"),
    [
        (a_draft("Hello\r\nBcc: all@club.example"), "ann@club.example"),
        (a_draft("Hello\u2028there"), "ann@club.example"),
        (a_draft(sender="Club\nBcc: all@club.example"), "ann@club.example"),
        (a_draft(unsubscribe="https://club.example/\r\nX: y"), "ann@club.example"),
        (a_draft(reply_to="a@club.example\nBcc: b@club.example"), "ann@club.example"),
        (a_draft(), "ann@club.example\nBcc: all@club.example"),
        (a_draft(), "ann@club.example, bob@club.example"),
        (a_draft(), "Ann"),
        (a_draft(), ""),
        (a_draft(" "), "ann@club.example"),
    ],
)
def test_nothing_in_a_letter_becomes_a_header(sqlite_database: Database, draft: Draft, recipient: str) -> None:
    with mail_by("console:"):
        if recipient == "":
            recipient = "@"
        with pytest.raises(BadLetter):
            queue(draft, recipient, "card_link", AT)
    assert not Mail.objects.exists()


def test_another_key_is_waited_for(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as server, mail_by(server.url):
        queued()
        with monkeypatch.context() as other:
            other.setattr("hub.mail.draft._key", lambda _key: bytes(32))
            assert turn().trouble == ""
        assert states() == [(WAITING, "unreadable")]
        assert turn(AT + MINUTE).sent == 1


def test_a_clock_that_was_wrong_holds_nothing_back(sqlite_database: Database) -> None:
    with mail_server() as server, mail_by(server.url):
        queued("ann@club.example", "bob@club.example")
        first, second = Mail.objects.order_by("pk")
        Mail.objects.filter(pk=first.pk).update(next_at=AT + timedelta(days=400))
        Mail.objects.filter(pk=second.pk).update(leased_until=AT + timedelta(days=400))
        assert turn().sent == 2


def test_it_is_forgotten_after_a_month(database: Database) -> None:
    with mail_by("console:"):
        queued()
    assert forget_old(AT + KEPT) == 0
    assert forget_old(AT + KEPT + MINUTE) == 1


def test_letters_go_with_their_customer(database: Database) -> None:
    ann, bob = a_customer("Ann"), a_customer("Bob")
    with mail_by("console:"):
        for each in (ann, bob):
            queue(a_draft(), "ann@club.example", "card_link", AT, customer=each.pk)
    assert len(mails_to(ann.pk, 10)) == 1
    number = ann.pk
    members.delete_customers([ann])
    assert (mails_to(number, 10), len(mails_to(bob.pk, 10))) == ([], 1)


def test_into_a_folder_for_its_owner_alone(sqlite_database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "out box"
    with mail_by(f"file://{tmp_path}/out%20box"):
        queued("ann@club.example", "bob@club.example")
        assert turn().sent == 2
    text = "".join(each.read_text() for each in folder.iterdir())
    assert (text.count("To: "), text.count(SECRET), folder.stat().st_mode & 0o77) == (2, 2, 0)


def test_a_folder_that_is_none(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with mail_by(f"file://{tmp_path}/file"):
        queued()
        assert turn().trouble == "not_written"


def test_to_the_terminal_not_into_the_log(sqlite_database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with mail_by("console:"):
        queued()
        turn()
    out, err = capsys.readouterr()
    assert (out, SECRET in err) == ("", True)


def test_signing_in(sqlite_database: Database) -> None:
    user = "club%40mail:t%2Figer"
    with mail_server(offers=("AUTH PLAIN",)) as server, mail_by(server.url.replace("//", f"//{user}@")):
        assert "iger" not in repr(settings.ENVIRONMENT)
        queued("ann@club.example", "bob@club.example")
        assert turn().sent == 2
        server.answers["AUTH"] = "535 wrong"
        queued()
        assert turn().trouble == "sign_in 535"
