"""Each answer of the web service that phones with Apple's Wallet ask; and who gets none."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date

from hub.cards.models import Device, PassProgress, Registration, WalletPass
from hub.cards.passes import operations as operations_of_passes
from hub.cards.passes.operations import DEVICES_MAX, give_pass
from hub.cards.passes.tokens import authentication_token
from hub.cards.passes.updating import Updating
from hub.members import operations
from hub.members.models import Plan
from hub.rates.operations import take
from hub.wallet import apple_service
from tests.hub.card_page import a_member, phone, wine_club
from tests.hub.wallet_files import PASS_TYPE, hub_with, put_apple

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
PHONE = "9b0f3a1c2d"
TOKEN = "ab" * 32


@pytest.fixture(autouse=True)
def apple(tmp_path: Path) -> Iterator[Path]:
    put_apple(tmp_path)
    with hub_with(tmp_path, issuer=""):
        yield tmp_path


@pytest.fixture
def gold() -> Plan:
    return wine_club()


@pytest.fixture
def held(gold: Plan) -> WalletPass:
    return a_pass(gold)


def a_pass(plan: Plan, name: str = "Ann Miller") -> WalletPass:
    card = operations.issue_card(a_member(plan, name))
    return give_pass(card, WalletPass.Wallet.APPLE, timezone.now())


def ask(method: str, path: str, held: WalletPass | None = None, body: Any = None, **headers: str) -> HttpResponse:
    """Of a phone with this pass."""
    if held is not None:
        headers = {"Authorization": f"ApplePass {authentication_token(held)}", **headers}
    client: Client = phone()
    return client.generic(
        method, f"/card/apple/v1/{path}", body or b"", content_type="application/json", headers=headers
    )


def registration_of(held: WalletPass, device: str = PHONE) -> str:
    return f"devices/{device}/registrations/{PASS_TYPE}/{held.serial}"


def register(held: WalletPass, device: str = PHONE, token: str = TOKEN) -> int:
    return ask("POST", registration_of(held, device), held, f'{{"pushToken": "{token}"}}').status_code


def changes_of(device: str = PHONE, tag: str = "") -> HttpResponse:
    query = f"?passesUpdatedSince={tag}" if tag else ""
    return ask("GET", f"devices/{device}/registrations/{PASS_TYPE}{query}")


def rename(held: WalletPass, name: str) -> None:
    """And a worker's turn."""
    assert held.card is not None
    customer = held.card.customer
    customer.name = name
    operations.save_customer(customer)
    updating = Updating()
    while updating.turn(timezone.now()):
        pass
    held.refresh_from_db()


@pytest.mark.both_databases
def test_a_phone_registers_once_and_its_latest_token_counts(held: WalletPass) -> None:
    assert register(held) == 201
    assert register(held, token="cd" * 32) == 200
    assert [each.push_token for each in Device.objects.all()] == ["cd" * 32]


def test_who_has_no_token_of_the_pass_is_told_the_same_as_of_no_pass(held: WalletPass, gold: Plan) -> None:
    other = a_pass(gold, "Bob")
    body = f'{{"pushToken": "{TOKEN}"}}'
    wrong = ("", "ApplePass", "ApplePass x", "Bearer x", f"ApplePass {authentication_token(other)}", "ApplePass é")
    for each in wrong:
        headers = {"Authorization": each} if each else {}
        for method, path in (
            ("POST", registration_of(held)),
            ("DELETE", registration_of(held)),
            ("GET", f"passes/{PASS_TYPE}/{held.serial}"),
            ("GET", f"passes/{PASS_TYPE}/nosuch"),
        ):
            answer = ask(method, path, None, body, **headers)
            assert (answer.status_code, answer.content) == (401, b""), (each, path)
    assert ask("GET", f"passes/pass.other/{held.serial}", held).status_code == 401
    assert not Registration.objects.exists()


def test_what_is_no_registration_is_refused(held: WalletPass) -> None:
    for body in (b"", b"[]", b"{", b'{"pushToken": 7}', b'{"pushToken": ""}', b'{"pushToken": "../x"}'):
        assert ask("POST", registration_of(held), held, body).status_code == 400
    assert register(held, token="a" * 201) == 400
    assert register(held, device="x" * 101) == 400
    assert ask("PUT", registration_of(held), held).status_code == 405
    assert not Device.objects.exists()


def test_it_is_told_what_changed_since_it_last_asked(held: WalletPass, gold: Plan) -> None:
    other = a_pass(gold, "Bob")
    assert changes_of().status_code == 204
    assert (register(held), register(other)) == (201, 201)
    first = changes_of()
    assert first.status_code == 200 and first["Content-Type"] == "application/json"
    assert set(first.json()["serialNumbers"]) == {held.serial, other.serial}
    tag = first.json()["lastUpdated"]
    assert isinstance(tag, str) and changes_of(tag=tag).status_code == 204
    rename(held, "Ann Smith")
    second = changes_of(tag=tag).json()
    assert second["serialNumbers"] == [held.serial]
    assert changes_of(tag=second["lastUpdated"]).status_code == 204
    assert set(changes_of(tag="not ours").json()["serialNumbers"]) == {held.serial, other.serial}
    assert changes_of("another phone").status_code == 204
    assert ask("GET", f"devices/{PHONE}/registrations/pass.other").status_code == 204


def test_it_gets_the_pass_as_it_is_now_and_only_if_it_changed(held: WalletPass) -> None:
    path = f"passes/{PASS_TYPE}/{held.serial}"
    first = ask("GET", path, held)
    assert (first.status_code, first["Content-Type"]) == (200, "application/vnd.apple.pkpass")
    assert first["Cache-Control"] == "no-store"
    since = {"If-Modified-Since": first["Last-Modified"]}
    assert ask("GET", path, held, **since).status_code == 304
    assert ask("HEAD", path, held).status_code == 200
    rename(held, "Ann Smith")
    second = ask("GET", path, held, **since)
    assert second.status_code == 200 and second["Last-Modified"] != first["Last-Modified"]
    rename(held, "Ann Jones")
    third = ask("GET", path, held, **{"If-Modified-Since": second["Last-Modified"]})
    assert third.status_code == 200, "changed twice in a second"
    assert ask("GET", path, held, **{"If-Modified-Since": "yesterday"}).status_code == 200


def test_after_an_older_backup_is_restored_it_hears_of_what_changes(held: WalletPass) -> None:
    assert register(held) == 201
    PassProgress.objects.create(audit_upto=0, change=7)
    path, late = f"passes/{PASS_TYPE}/{held.serial}", http_date(timezone.now().timestamp() + 60)
    assert changes_of(tag="7").status_code == 204
    assert changes_of(tag="8").json()["serialNumbers"] == [held.serial], "of a change that is lost"
    assert ask("GET", path, held, **{"If-Modified-Since": late}).status_code == 200
    tag = str(int(timezone.now().timestamp()) - 1)
    rename(held, "Ann Smith")
    assert changes_of(tag=tag).json()["serialNumbers"] == [held.serial], "whatever was counted before"


def test_who_unregisters_is_forgotten(held: WalletPass, gold: Plan) -> None:
    other = a_pass(gold, "Bob")
    register(held), register(other)
    assert ask("DELETE", registration_of(held), held).status_code == 200
    assert changes_of().json()["serialNumbers"] == [other.serial]
    assert ask("DELETE", registration_of(held), held).status_code == 200
    assert ask("DELETE", registration_of(other), other).status_code == 200
    assert not Device.objects.exists() and WalletPass.objects.count() == 2


def test_while_the_certificate_cannot_be_used_phones_come_back_later(held: WalletPass, apple: Path) -> None:
    assert register(held) == 201
    (apple / "wwdr.cer").unlink()
    assert ask("GET", f"passes/{PASS_TYPE}/{held.serial}", held).status_code == 503
    assert ask("DELETE", registration_of(held), held).status_code == 200


def test_what_phones_complain_of_is_logged_a_little_of_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "hub.wallet.apple"):
        said = '{"logs": ["no answer\\nFAKE LINE", "' + "x" * 1_000 + '"' + ', "more"' * 20 + "]}"
        assert ask("POST", "log", None, said).status_code == 200
        assert ask("POST", "log", None, b"\xff").status_code == 200
        assert ask("POST", "log", None, b"[" * 200_000).status_code == 200
    assert len(caplog.messages) == 10
    assert caplog.messages[0] == "a phone says: no answer FAKE LINE"
    assert max(map(len, caplog.messages)) < 400


def test_it_is_asked_only_so_often_from_one_address() -> None:
    for _ in range(29):
        take(apple_service._COMPLAINED, "127.0.0.1", timezone.now())
    assert [ask("POST", "log").status_code for _ in range(2)] == [200, 429]
    assert changes_of().status_code == 204


def test_a_pass_is_on_so_many_phones_at_most(held: WalletPass) -> None:
    assert all(operations_of_passes.register(held, f"phone {each}", TOKEN) for each in range(DEVICES_MAX + 2))
    assert held.registrations.count() == DEVICES_MAX
    assert changes_of("phone 0").status_code == 204 and changes_of("phone 2").status_code == 200
    assert Device.objects.count() == DEVICES_MAX


@pytest.mark.both_databases
def test_who_says_that_they_are_anothers_phone_takes_none_of_its_pushes(held: WalletPass, gold: Plan) -> None:
    assert register(held) == 201
    assert register(a_pass(gold, "Mallory"), token="ee" * 32) == 201
    assert held.devices.get().push_token == TOKEN
