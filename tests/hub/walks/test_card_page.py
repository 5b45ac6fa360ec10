"""The card on a member's phone, in a real browser: opened by a link, rotating, offline, forgotten."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from contract.rotating import digits_at
from hub.cards.link_operations import revoke_all_links
from hub.members import codes, operations
from hub.members.models import Card, Customer
from hub.members.profile_operations import set_photo
from hub.members.rotating_operations import make_rotating
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from hub.wsgi import application
from tests.hub.card_page import a_member, secret_for, wine_club
from tests.hub.served import served
from tests.hub.walks.test_members import a_png
from tests.hub.walks.visitor import Visitor

PHONE, TALL = 390, 844
CONTROLLED = "navigator.serviceWorker.controller !== null"
THE_COPY = "caches.match('/card/', {cacheName: 'card-mine'}).then(kept => kept ? kept.text() : '')"
KEPT = f"{THE_COPY}.then(copy => copy !== '')"
PHOTO_KEPT = "caches.match(document.querySelector('#photo').src).then(kept => kept !== undefined)"
ANY_KEPT = "caches.keys().then(names => names.includes('card-mine'))"


@pytest.fixture
def ann(sqlite_database: object) -> Customer:
    save_organization(Organization(name="Harbour Wine Club", colour="#7c2d4f"))
    ann = a_member(wine_club())
    operations.issue_card(ann)
    set_photo(ann, a_png(200))
    return ann


@pytest.fixture
def phone(chromium: Visitor, ann: Customer) -> Iterator[Visitor]:
    with served() as hub:
        chromium.hub = hub
        chromium.errors.clear()
        chromium.wears(PHONE, height=TALL)
        yield chromium
        online(chromium, True)
        call(chromium, "Storage.clearDataForOrigin", origin=hub, storageTypes="all")
        chromium.go("about:blank")


def call(phone: Visitor, method: str, **given: Any) -> Any:
    return phone._call(method, given)


def online(phone: Visitor, there: bool) -> None:
    call(
        phone,
        "Network.emulateNetworkConditions",
        offline=not there,
        latency=0,
        downloadThroughput=-1,
        uploadThroughput=-1,
    )


def opened(phone: Visitor, customer: Customer) -> None:
    phone.go(f"{phone.hub}/card/open#{secret_for(customer)}")
    phone.until("location.pathname === '/card/' && document.readyState === 'complete'")
    phone.sees(customer.name)


def kept(phone: Visitor) -> None:
    """The phone has its own copy."""
    phone.until(CONTROLLED)
    phone.until(KEPT)


def test_a_link_opens_the_card_and_stands_in_no_address(phone: Visitor, ann: Customer) -> None:
    secret = secret_for(ann)
    phone.requests.clear()
    phone.go(f"{phone.hub}/card/open#{secret}")
    phone.sees("Ann Miller")
    assert phone.look("location.href").endswith("/card/")
    assert not [each for each in phone.requests if secret in each.partition("#")[0]]
    assert secret not in phone.look("document.cookie")
    assert phone.complaints() == []


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(phone: Visitor, ann: Customer, dark: bool) -> None:
    phone.wears(PHONE, dark, TALL)
    opened(phone, ann)
    phone.fits()
    phone.keep(f"card_{'dark' if dark else 'light'}")
    phone.open(f"/card/lost/{Card.objects.get().pk}")
    phone.fits()
    phone.keep(f"card_lost_{'dark' if dark else 'light'}")


def test_it_can_be_installed(phone: Visitor, ann: Customer) -> None:
    opened(phone, ann)
    kept(phone)
    found = call(phone, "Page.getAppManifest")
    said = json.loads(found["data"])
    assert found["errors"] == []
    assert (said["name"], said["display"], said["theme_color"]) == (
        "Card of Harbour Wine Club",
        "standalone",
        "#7c2d4f",
    )
    assert call(phone, "Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
    assert said["start_url"] == "/card/"
    # An app that has no cookies, as on an iPhone, opens the card by what stands behind its start's #.
    call(phone, "Storage.clearDataForOrigin", origin=phone.hub, storageTypes="all")
    phone.go("about:blank")
    phone.go(f"{phone.hub}/card/#{secret_for(ann)}")
    phone.sees("Ann Miller")
    assert phone.look("location.href").endswith("/card/")


def test_the_phones_digits_are_the_contracts_and_so_is_its_qr_code(phone: Visitor, ann: Customer) -> None:
    card = Card.objects.get()
    make_rotating([card])
    card.refresh_from_db()
    secret = codes.secret_of(card)
    assert secret is not None
    opened(phone, ann)
    phone.until("!!document.querySelector('figure').dataset.drawn")
    phone.keep("card_rotating")
    for step in (0, 1, 59_000_000, 2**40):
        asked = f"digitsAt(bytesOf('{secret.hex()}'), {step}, 8)"
        assert phone.look(asked) == digits_at(secret, step)
    step = phone.look("Number(document.querySelector('figure').dataset.drawn)")
    said = phone.look("document.querySelector('figcaption').textContent")
    assert said == f"{codes.typed_text(codes.decrypt(card))}-{digits_at(secret, step)}"


def test_a_wrong_clock_is_told_and_made_up_for(phone: Visitor, ann: Customer) -> None:
    card = Card.objects.get()
    make_rotating([card])
    wrong = "const now = Date.now; Date.now = () => now() + 240000;"
    added = call(phone, "Page.addScriptToEvaluateOnNewDocument", source=wrong)["identifier"]
    opened(phone, ann)
    phone.sees("The clock of this phone is wrong.")
    phone.until("!!document.querySelector('figure').dataset.drawn")
    drawn = "Number(document.querySelector('figure').dataset.drawn)"
    phone.until(f"Math.abs({drawn} - Math.floor((Date.now() - 240000) / 30000)) <= 1")
    call(phone, "Page.removeScriptToEvaluateOnNewDocument", identifier=added)


def test_offline_it_shows_the_last_known_card_and_says_so(phone: Visitor, ann: Customer) -> None:
    opened(phone, ann)
    kept(phone)
    online(phone, False)
    phone.go(f"{phone.hub}/card/")
    phone.sees("Offline, as of")
    phone.sees("Ann Miller")
    phone.until("document.querySelector('#photo').naturalWidth > 0")
    assert phone.look("document.querySelectorAll('.drawn svg').length") == 1
    phone.keep("card_offline")
    online(phone, True)
    phone.until("document.querySelector('#offline').hidden && document.readyState === 'complete'")


@pytest.mark.parametrize("status", ["200 OK", "302 Found", "401 Unauthorized", "502 Bad Gateway"])
def test_what_a_stranger_on_the_way_answers_takes_the_card_off_no_phone(
    phone: Visitor, ann: Customer, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stranger(_hub: object, _environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response(status, [("Content-Type", "text/html"), ("Location", "/sign-in-to-this-network")])
        return [b"Who are you?"]

    opened(phone, ann)
    kept(phone)
    phone.until(PHOTO_KEPT)
    with monkeypatch.context() as away:
        away.setattr(type(application), "__call__", stranger)
        for _ in range(2):
            phone.go(f"{phone.hub}/card/")
            phone.sees("Offline, as of")
            phone.sees("Ann Miller")
            phone.until("document.querySelector('#photo').naturalWidth > 0")
    phone.go(f"{phone.hub}/card/")
    phone.until("document.querySelector('#offline').hidden && document.readyState === 'complete'")


def test_an_old_link_leaves_the_phone_its_card_and_its_copy(phone: Visitor, ann: Customer) -> None:
    old = secret_for(ann)
    revoke_all_links(ann, timezone.now())
    opened(phone, ann)
    kept(phone)
    phone.go(f"{phone.hub}/card/open#{old}")
    phone.sees("The card that this phone has stays here.")
    phone.fits()
    phone.keep("card_old_link")
    assert phone.look(KEPT)
    phone.click("Show my card")
    phone.sees("Ann Miller")


def test_signed_out_revoked_or_anothers_it_keeps_no_copy(phone: Visitor, ann: Customer) -> None:
    opened(phone, ann)
    kept(phone)
    phone.click("Forget it on this phone")
    phone.sees("Open my card")
    phone.until(f"{ANY_KEPT}.then(any => !any)")
    opened(phone, ann)
    phone.until(KEPT)
    bert = a_member(Card.objects.get().customer.memberships.get().plan, "Bert Anders")
    opened(phone, bert)
    phone.until(f"{THE_COPY}.then(copy => copy.includes('Bert'))")
    revoke_all_links(bert, timezone.now())
    phone.go(f"{phone.hub}/card/")
    phone.sees("it was revoked")
    phone.until(f"{ANY_KEPT}.then(any => !any)")
    online(phone, False)
    phone.go(f"{phone.hub}/card/")
    phone.until("!document.body.innerText.includes('Bert') && !document.body.innerText.includes('Ann')")
