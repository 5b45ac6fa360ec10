"""A partner's phone: it opens its link, redeems, sees its own day; without scripts too, in light and dark."""

from collections.abc import Iterator

import pytest

from hub.access.roles import Role
from hub.checkins.models import CheckIn
from hub.members.models import Permission
from tests.hub.colleagues import a_user
from tests.hub.partner_phones import a_link, a_phone_of
from tests.hub.scanned_club import DISCOUNT, ScannedClub, opened, press, pressable, scanned_club
from tests.hub.served import served
from tests.hub.walks.page_rules import other_hosts, violations
from tests.hub.walks.visitor import Visitor

# Words of tables' cells that stand on more than one line.
_BROKEN = """[...document.querySelectorAll('.report :is(th, td)')].flatMap(cell => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) for (const word of walker.currentNode.data.matchAll(/[^\\s-]+/g)) {
        const range = document.createRange();
        range.setStart(walker.currentNode, word.index);
        range.setEnd(walker.currentNode, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) found.push(word[0]);
    }
    return found;
})"""
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def here(sqlite_database: object) -> ScannedClub:
    return scanned_club()


@pytest.fixture
def phone(chromium: Visitor, here: ScannedClub) -> Iterator[Visitor]:
    with served() as hub:
        chromium.errors.clear()
        chromium.requests.clear()
        chromium.sign_in(hub, None)
        chromium.wears(**PHONE)
        yield chromium
        assert chromium.complaints() == []
        assert other_hosts(chromium) == []
        scripts(chromium, True)
        chromium._call("Network.clearBrowserCookies")
        chromium.go("about:blank")


def scripts(phone: Visitor, run: bool) -> None:
    phone._call("Emulation.setScriptExecutionDisabled", {"value": not run})


def looked_at(phone: Visitor, name: str) -> None:
    for dark in (True, False):
        phone.wears(**PHONE, dark=dark)
        phone.fits()
        assert violations(phone) == []
        phone.keep(f"partner_{name}_{'dark' if dark else 'light'}")


def test_the_link_makes_the_phone_the_partners(phone: Visitor, here: ScannedClub) -> None:
    phone.open("/partner/")
    looked_at(phone, "entrance")
    phone.go(a_link(here.bar).address.replace("http://127.0.0.1:8000", phone.hub))
    phone.until("location.pathname === '/partner/' && !location.hash")
    phone.sees("Nobody has been here yet")
    looked_at(phone, "empty")
    phone.go(f"{phone.hub}/c/{here.code}")
    phone.click("Redeem")
    phone.click("Yes, redeem it")
    phone.sees("Redeemed")
    phone.click("You are Bar.")
    phone.sees("Anna B.")
    looked_at(phone, "home")
    assert CheckIn.objects.get().partner == "bar"
    phone.click("Your figures")
    phone.until("document.querySelectorAll('.chart').length === 3")
    looked_at(phone, "figures")
    phone.open("/partner/")
    phone.click("Forget it on this device")
    phone.sees("For partners")


def test_figures_break_no_word_on_a_phone(phone: Visitor, here: ScannedClub) -> None:
    Permission.objects.filter(slug=DISCOUNT).update(name="Ten per cent off everything in the workshop")
    bar = a_phone_of(here.bar)
    press(bar, pressable(opened(bar, here.code))[DISCOUNT])
    phone.go(a_link(here.bar).address.replace("http://127.0.0.1:8000", phone.hub))
    phone.until("location.pathname === '/partner/' && !location.hash")
    phone.open("/partner/figures/")
    phone.look("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    broken = phone.look(_BROKEN)
    assert broken == [], broken
    looked_at(phone, "figures_long")


def test_a_link_is_pasted_where_no_script_runs(phone: Visitor, here: ScannedClub) -> None:
    scripts(phone, False)
    phone.go(f"{phone.hub}/partner/link")
    phone.write("#link", a_link(here.bar).address)
    phone.click("This device is ours")
    phone.sees("What you offer")


def test_staff_make_a_link_and_revoke_it(chromium: Visitor, here: ScannedClub) -> None:
    with chromium.at_work(a_user("owner", Role.OWNER)) as desk:
        desk.open(f"/desk/partners/{here.bar.pk}/")
        desk.click("New link")
        desk.write("#id_label", "bar phone")
        desk.click("Make the link")
        desk.sees("It is shown this once")
        desk.until("document.getElementById('link').value.includes('/partner/link#')")
        assert violations(desk) == []
        desk.keep("partner_desk_link")
        desk.click("Done")
        desk.sees("not used yet")
        desk.click("Invite")
        desk.write("#id_name", "Bea Barr")
        desk.write("#id_email", "bea@bar.example")
        desk.click("Invite", "main form")
        desk.sees("A link for Bea Barr")
        desk.click("Done")
        desk.sees("never signed in")
        desk.keep("partner_desk")
        desk.click("Revoke")
        desk.sees("The link is revoked")
        desk.sees("No link yet.")
