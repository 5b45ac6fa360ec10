"""Changes of cards, members and plans reach phones and Google: what is found, told, and tried again."""

import io
import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.cards.models import Device, WalletPass
from hub.cards.passes.operations import give_pass, register
from hub.cards.passes.telling import Addresses, Telling, Turn
from hub.cards.passes.updating import Updating
from hub.cards.passes.waiting import LASTS, LEASE, WAITS, ask, take, told
from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership, Plan
from hub.members.profile_operations import set_photo
from hub.members.status_operations import freeze_membership
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from hub.sync.clocks import Clocks
from hub.sync.log import Log
from hub.sync.passes import PassRound
from tests.hub import wallet_files
from tests.hub.card_page import a_member, wine_club
from tests.hub.people import DAY
from tests.hub.walks.test_members import a_png
from tests.hub.wallet_files import PASS_TYPE, hub_with, put, put_apple, put_google
from tests.hub.wallet_services import PushService, WalletService, push_service, wallet_service

pytestmark = pytest.mark.usefixtures("database")
APPLE, GOOGLE = WalletPass.Wallet.APPLE, WalletPass.Wallet.GOOGLE


@pytest.fixture
def gold() -> Plan:
    return wine_club()


@pytest.fixture
def phones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """The hub trusts it, as it does Apple's."""
    folder = tmp_path / "wallet"
    put_apple(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(put(tmp_path, "root.pem", wallet_files.root().pem)))
    with push_service(tmp_path) as service, hub_with(folder, issuer=""):
        yield service


@pytest.fixture
def googles(tmp_path: Path) -> Iterator[WalletService]:
    folder = tmp_path / "wallet"
    with wallet_service() as service, hub_with(folder):
        put_google(folder, service.token_uri)
        yield service


def updated(at: datetime | None = None) -> None:
    updating = Updating()
    while updating.turn(at or timezone.now()):
        pass


def a_pass(customer: Customer, wallet: WalletPass.Wallet = APPLE, *tokens: str) -> WalletPass:
    """Looked at since, and told of as it is."""
    held = give_pass(operations.issue_card(customer), wallet, timezone.now())
    for token in tokens:
        register(held, f"phone {token}", token)
    updated()
    Device.objects.update(next_at=None, asked_at=None)
    return held


def waiting() -> list[str]:
    """The phones that are to be told."""
    return sorted(Device.objects.exclude(next_at=None).values_list("push_token", flat=True))


def told_phones(service: PushService, at: datetime | None = None) -> Turn:
    return Telling(lambda: 0.0, Addresses(apns=service.url)).turn(APPLE, lambda: at or timezone.now())


def told_google(service: WalletService, at: datetime | None = None) -> Turn:
    return Telling(lambda: 0.0, Addresses(google=service.url)).turn(GOOGLE, lambda: at or timezone.now())


def test_whatever_a_pass_shows_its_phones_are_told_of_and_of_nothing_else(gold: Plan) -> None:
    ann, bob = a_member(gold), a_member(gold, "Bob")
    club = operations.save_company(Company(name="Harbour Office"))
    operations.save_link(Link(customer=bob, company=club))
    a_pass(ann, APPLE, "aa", "ab")
    a_pass(bob, APPLE, "bb")

    def after(change: object) -> list[str]:
        Device.objects.update(next_at=None, asked_at=None)
        assert callable(change)
        change()
        updated()
        return waiting()

    def rename() -> None:
        ann.name = "Ann Smith"
        operations.save_customer(ann)

    def note_phone() -> None:
        ann.phone = "030 1"
        operations.save_customer(ann)

    def rename_plan() -> None:
        gold.name = "Golden"
        operations.save_plan(gold)

    def for_all_at_the_office() -> None:
        team = operations.save_plan(Plan(name="Team"))
        starts_at = timezone.now() - timedelta(minutes=1)
        operations.save_membership(Membership(plan=team, company=club, starts_at=starts_at))

    assert after(rename) == ["aa", "ab"]
    assert after(note_phone) == []
    assert after(lambda: set_photo(ann, a_png(64))) == ["aa", "ab"]
    assert after(rename_plan) == ["aa", "ab", "bb"]
    assert after(for_all_at_the_office) == ["bb"]
    assert after(lambda: freeze_membership(ann.memberships.get(), timezone.now(), None)) == ["aa", "ab"]
    assert after(lambda: save_organization(Organization(name="Harbour Club"))) == ["aa", "ab", "bb"]
    assert after(lambda: operations.revoke_cards(bob.cards.all(), timezone.now())) == ["bb"]
    a_pass(bob)
    assert after(lambda: operations.delete_customers([bob])) == ["bb"]
    assert WalletPass.objects.filter(card=None).count() == 1, "the other was on nobody's phone"
    assert after(lambda: None) == []


def test_what_ends_by_itself_is_told_of_then(gold: Plan) -> None:
    now = timezone.now()
    held = a_pass(a_member(gold, ends_at=now + DAY), APPLE, "aa")
    updated(now + DAY - timedelta(seconds=2))
    assert waiting() == []
    updated(now + DAY)
    assert waiting() == ["aa"]
    held.refresh_from_db()
    assert held.look_at is None and held.change > 0


def test_phones_are_pushed_nothing_but_that_there_is_something(gold: Plan, phones: PushService) -> None:
    ann = a_member(gold)
    a_pass(ann, APPLE, "aa", "ab")
    ann.name = "Ann Smith"
    operations.save_customer(ann)
    updated()
    assert told_phones(phones) == Turn(told=2)
    assert (sorted(phones.tokens), phones.connections) == (["aa", "ab"], 1)
    _token, headers, body = phones.pushes[0]
    assert (headers["apns-topic"], headers["apns-push-type"], body) == (PASS_TYPE, "background", b"{}")
    assert told_phones(phones) == Turn() and len(phones.pushes) == 2


def test_a_phone_that_took_the_pass_off_is_forgotten(gold: Plan, phones: PushService) -> None:
    ann = a_member(gold)
    a_pass(ann, APPLE, "aa", "ab", "ac")
    phones.answers = {"aa": (410, "Unregistered"), "ab": (400, "BadDeviceToken")}
    Device.objects.update(asked_at=timezone.now(), next_at=timezone.now())
    assert told_phones(phones) == Turn(told=1)
    assert [each.push_token for each in Device.objects.all()] == ["ac"]


def test_apples_own_trouble_is_waited_for_and_loses_nothing(gold: Plan, phones: PushService) -> None:
    a_pass(a_member(gold), APPLE, "aa", "ab")
    now = timezone.now()
    Device.objects.update(asked_at=now, next_at=now)
    phones.answers = {"aa": (503, "Shutdown"), "ab": (503, "Shutdown")}
    assert told_phones(phones, now) == Turn(trouble="refused 503 Shutdown")
    assert len(phones.pushes) == 1, "others would fare no better"
    phones.answers = {}
    assert told_phones(phones, now + WAITS[0]) == Turn(told=2)
    closed = Addresses(apns="https://127.0.0.1:9")
    Device.objects.update(asked_at=now, next_at=now)
    assert Telling(lambda: 0.0, closed).turn(APPLE, lambda: now).trouble == "no_connection"
    late = now + LASTS
    phones.answers = {"aa": (500, ""), "ab": (500, "")}
    [gone] = told_phones(phones, late).failed
    assert gone[1] == "refused 500"


def test_a_service_that_does_not_prove_its_name_is_told_nothing(
    gold: Plan, phones: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pass(a_member(gold), APPLE, "aa")
    Device.objects.update(asked_at=timezone.now(), next_at=timezone.now())
    monkeypatch.delenv("SSL_CERT_FILE")
    assert told_phones(phones) == Turn(trouble="tls")
    assert phones.pushes == []


def test_what_changes_while_it_is_told_is_told_again(gold: Plan) -> None:
    a_pass(a_member(gold), APPLE, "aa")
    now = timezone.now()
    Device.objects.update(asked_at=now, next_at=now)
    taken = take(Device.objects.all(), now)
    assert taken is not None and take(Device.objects.all(), now) is None
    ask(Device.objects.all(), now + timedelta(seconds=1))
    told(taken)
    assert waiting() == ["aa"]
    assert take(Device.objects.all(), now + timedelta(seconds=1)) is not None
    # Who took it died.
    assert take(Device.objects.all(), now + timedelta(seconds=1) + LEASE) is not None


def test_google_gets_each_card_whole_and_its_class_once(gold: Plan, googles: WalletService) -> None:
    ann = a_member(gold)
    held = a_pass(ann, GOOGLE)
    assert told_google(googles) == Turn(told=1)
    object_id = f"{wallet_files.ISSUER}.{held.serial}"
    path = "/walletobjects/v1/"
    assert googles.asked == [
        ("POST", "/token"),
        ("PUT", f"{path}genericObject/{object_id}"),
        ("POST", f"{path}genericClass"),
        ("POST", f"{path}genericObject"),
    ]
    operations.revoke_cards(ann.cards.all(), timezone.now())
    updated()
    assert told_google(googles) == Turn(told=1)
    assert googles.cards[object_id]["state"] == "EXPIRED" and "barcode" not in googles.cards[object_id]
    operations.delete_customers([ann])
    updated()
    assert told_google(googles) == Turn(told=1)
    assert "Ann" not in json.dumps(googles.cards[object_id])
    assert not WalletPass.objects.exists(), "nobody's, and nobody has to be told of it any more"


@pytest.mark.parametrize(
    ("answers", "trouble", "failed"),
    [
        ((503, 200), "refused 503", ()),
        ((403, 200), "refused 403", ()),
        ((0, 401), "sign_in 401", ()),
        ((400, 200), "", ("refused 400",)),
    ],
)
def test_what_google_refuses(
    gold: Plan, googles: WalletService, answers: tuple[int, int], trouble: str, failed: tuple[str, ...]
) -> None:
    a_pass(a_member(gold), GOOGLE)
    googles.status, googles.sign_in = answers
    done = told_google(googles)
    assert (done.told, done.trouble, tuple(error for _number, error in done.failed)) == (0, trouble, failed)
    googles.status, googles.sign_in = 0, 200
    assert told_google(googles, timezone.now() + WAITS[0]).told == (0 if failed else 1)


def test_without_its_files_what_waits_goes_on_waiting(gold: Plan, tmp_path: Path) -> None:
    a_pass(a_member(gold), APPLE, "aa")
    Device.objects.update(asked_at=timezone.now(), next_at=timezone.now())
    with hub_with(tmp_path / "none", issuer=""):
        assert Telling(lambda: 0.0).turn(APPLE, timezone.now) == Turn()
    assert waiting() == ["aa"]


def test_a_worker_does_all_of_it(gold: Plan, phones: PushService) -> None:
    ann = a_member(gold)
    a_pass(ann, APPLE, "aa")
    lines, stopping = io.StringIO(), threading.Event()
    clocks = Clocks(timezone.now, time.monotonic)
    working = PassRound(Log(lines, timezone.now, time.monotonic), clocks, Addresses(apns=phones.url))
    thread = threading.Thread(target=working.run, args=(stopping,), daemon=True)
    thread.start()
    operations.revoke_cards(ann.cards.all(), timezone.now())
    while not phones.pushes:
        time.sleep(0.05)
    stopping.set()
    thread.join()
    assert (phones.tokens, lines.getvalue()) == (["aa"], "")


def test_thirty_passes_are_looked_at_with_as_many_questions_as_one(gold: Plan) -> None:
    def reads(count: int) -> int:
        WalletPass.objects.all().delete()
        updated()
        cards = operations.issue_cards(operations.add_customers(Customer(name="Member") for _ in range(count)))
        now = timezone.now()
        fields = {"wallet": APPLE, "look_at": now, "changed_at": now}
        WalletPass.objects.bulk_create(
            WalletPass(card=each, customer=each.customer_id, serial=f"{each.pk}", **fields) for each in cards
        )
        updating = Updating()
        with CaptureQueriesContext(connection) as asked:
            updating.turn(timezone.now())
        return sum(each["sql"].startswith("SELECT") for each in asked.captured_queries)

    assert reads(30) == reads(1)
