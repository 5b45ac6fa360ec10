"""A card scanned by a phone: opened, redeemed after a question, undone; without scripts, in light and dark."""

from collections.abc import Iterator

import pytest

from hub.checkins.models import CheckIn
from hub.members import operations as members
from hub.members import profile_operations as profiles
from hub.members.models import Grant, Permission
from tests.hub.scanned_club import ScannedClub, scanned_club
from tests.hub.served import served
from tests.hub.test_scan_page import a_jpeg
from tests.hub.walks.page_rules import other_hosts, violations
from tests.hub.walks.visitor import Visitor

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def here(database: object) -> ScannedClub:
    return scanned_club(visitor_sees="all", visitors_redeem=True)


@pytest.fixture
def phone(chromium: Visitor, here: ScannedClub) -> Iterator[Visitor]:
    with served() as hub:
        chromium.errors.clear()
        chromium.requests.clear()
        chromium.hub = hub
        chromium._call("Network.clearBrowserCookies")
        chromium._call("Emulation.setScriptExecutionDisabled", {"value": True})
        chromium.wears(**PHONE)
        yield chromium
        assert chromium.complaints() == []
        chromium._call("Emulation.setScriptExecutionDisabled", {"value": False})
        chromium.go("about:blank")


def looked_at(phone: Visitor, name: str) -> None:
    """In light and dark: it fits, and axe finds nothing."""
    for dark in (True, False):
        phone.wears(**PHONE, dark=dark)
        phone.fits()
        phone._call("Emulation.setScriptExecutionDisabled", {"value": False})
        assert violations(phone) == []
        phone._call("Emulation.setScriptExecutionDisabled", {"value": True})
        phone.keep(f"scan_{name}_{'dark' if dark else 'light'}")


def test_a_glass_is_redeemed_and_given_back_without_scripts(phone: Visitor, here: ScannedClub) -> None:
    profiles.set_photo(here.anna, a_jpeg())
    phone.go(f"{phone.hub}/C/{here.code}")
    phone.sees("Anna Maria Bauer")
    phone.until("document.querySelector('.person img').naturalWidth > 0")
    assert not CheckIn.objects.exists()
    looked_at(phone, "card")
    phone.click("Check in")
    phone.sees("Checked in")
    phone.go(f"{phone.hub}/c/{here.code}")
    phone.click("Redeem")
    phone.sees("Redeem Glass of wine?")
    looked_at(phone, "confirm")
    phone.click("Yes, redeem it")
    phone.sees("Redeemed")
    looked_at(phone, "redeemed")
    phone._call("Page.reload")
    phone.sees("Redeemed")
    assert CheckIn.objects.count() == 2
    phone.go(f"{phone.hub}/c/{here.code}")
    phone.sees("Used up")
    looked_at(phone, "used_up")
    phone.go(f"{phone.hub}/c/done")
    phone.click("Undo")
    phone.sees("it counts no more")
    looked_at(phone, "undone")
    assert other_hosts(phone) == []


def test_cards_that_open_nothing_say_so(phone: Visitor, here: ScannedClub) -> None:
    phone.go(f"{phone.hub}/c/{here.code[::-1]}")
    phone.sees("This card is not known here")
    looked_at(phone, "unknown")
    members.revoke_cards(here.anna.cards.all(), here.anna.memberships.get().starts_at)
    phone.go(f"{phone.hub}/c/{here.code}")
    phone.sees("The card is revoked")
    looked_at(phone, "revoked")


def test_a_strangers_phone_counts_where_they_say_that_they_are(phone: Visitor, here: ScannedClub) -> None:
    """A discount at one shop alone: no account, no app."""
    tyres = Permission(slug="tyres", name="10 % off", is_benefit=True, approved_partners_only=True)
    tyres.partner_may_be_said = True
    members.save_permission(tyres, [here.inn])
    members.save_grant(Grant(plan=here.plan, permission=tyres), ())
    phone.go(f"{phone.hub}/C/{here.code}")
    phone.sees("Where are you?")
    looked_at(phone, "where")
    phone.look("document.querySelector('#said').value = 'inn'")
    phone.click("I am here")
    phone.sees("counts at Inn, as you said")
    looked_at(phone, "said")
    phone.look(
        "document.querySelector('input[name=permission][value=tyres]').form.querySelector('button').click()"
    )
    phone.sees("Counted at Inn, as you said.")
    looked_at(phone, "counted")
    made = CheckIn.objects.get()
    assert (made.permission, made.partner, made.partner_said) == ("tyres", "inn", True)
