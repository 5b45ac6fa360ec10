"""Every page of the desk in a real browser: axe finds nothing serious, in light and dark, wide and on a phone;
nobody but the hub is asked for anything; nothing complains; the keyboard is enough.

A page that is added to the table of tests/hub/test_desk_rights.py is opened here too.
"""

import re
from typing import Final

import pytest
from django.contrib.auth.models import User

from tests.hub.colleagues import client_of
from tests.hub.test_desk_rights import PAGES
from tests.hub.walks.page_rules import keeps_the_rules, unseen_focus
from tests.hub.walks.visitor import WIDE, Visitor
from tests.hub.walks.whole_club import EXAMPLES, example

OF_AN_ACCOUNT: Final = (
    "/account/2fa/",
    "/account/password/",
    "/account/logout/",
    "/account/reauthenticate/",
)
NOT_IN_THE_CLUB: Final = {"checkin", "import"}
"""Things that its pages are walked through with by themselves: test_checkin.py, test_import.py."""
WALKED: Final = ("/desk/", "/desk/customers/0/", "/desk/plans/0/edit/", "/desk/fleet/")


def is_page(owner: User, address: str) -> bool:
    """Not what takes posts alone, no file, and not what the club has none of."""
    response = client_of(owner).get(address)
    if response.status_code in (404, 405):
        return False
    assert response.status_code in (200, 302), (address, response.status_code)
    return response.status_code == 200 and b"<html" in response.content


@pytest.mark.parametrize("address", [each for each in PAGES if not each.endswith((".jpg", ".csv"))])
def test_a_page_is_for_everybody(at_the_club: Visitor, manager: User, address: str) -> None:
    there = example(address)
    if is_page(manager, there):
        keeps_the_rules(at_the_club, lambda: at_the_club.open(there))


def test_each_kind_of_page_has_its_example() -> None:
    """Else its pages would be passed over here: it gets a line in EXAMPLES of whole_club.py, and a thing there."""
    looked_at = [each for each in PAGES if not each.endswith((".jpg", ".csv"))]
    kinds = {kind for each in looked_at for kind in re.findall(r"([a-z-]+)/0/", each)}
    assert kinds - EXAMPLES.keys() == NOT_IN_THE_CLUB


@pytest.mark.parametrize("address", OF_AN_ACCOUNT)
def test_so_is_where_one_signs_in(at_the_club: Visitor, address: str) -> None:
    keeps_the_rules(at_the_club, lambda: at_the_club.open(address))


@pytest.mark.parametrize("address", WALKED)
def test_the_keyboard_gets_everywhere_and_is_seen(at_the_club: Visitor, address: str) -> None:
    at_the_club.wears(WIDE)
    at_the_club.open(example(address))
    assert unseen_focus(at_the_club) == []


@pytest.mark.parametrize("address", WALKED)
def test_twice_as_large_it_still_fits(at_the_club: Visitor, address: str) -> None:
    """Zoomed to 200 % a window of 1280 x 800 has 640 x 400."""
    at_the_club.wears(WIDE // 2, height=400)
    at_the_club.open(example(address))
    at_the_club.fits()
    at_the_club.look("document.documentElement.style.fontSize = '200%'")
    at_the_club.fits()
