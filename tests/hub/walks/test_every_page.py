"""Every page of the desk in a real browser: axe finds nothing serious, in light and dark, wide and on a phone;
nobody but the hub is asked for anything; nothing complains; the keyboard is enough.

A page that is added to the table of tests/hub/test_desk_rights.py is opened here too.
"""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from django.contrib.auth.models import User

from tests.hub.colleagues import client_of
from tests.hub.test_desk_rights import PAGES
from tests.hub.walks.page_rules import other_hosts, unseen_focus, violations
from tests.hub.walks.visitor import NARROW, WIDE, Visitor
from tests.hub.walks.whole_club import EXAMPLES, example, whole_club

OF_AN_ACCOUNT: Final = (
    "/account/2fa/",
    "/account/password/",
    "/account/logout/",
    "/account/reauthenticate/",
)
NOT_IN_THE_CLUB: Final = {"checkin", "import"}
"""Things that its pages are walked through with by themselves: test_checkin.py, test_import.py."""
WALKED: Final = ("/desk/", "/desk/customers/0/", "/desk/plans/0/edit/", "/desk/fleet/")


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    with whole_club(tmp_path_factory.mktemp("club")) as owner:
        yield owner


@pytest.fixture(scope="module")
def visitor(owner: User, chromium: Visitor) -> Iterator[Visitor]:
    with chromium.at_work(owner) as visitor:
        yield visitor


def is_page(owner: User, address: str) -> bool:
    """Not what takes posts alone, no file, and not what the club has none of."""
    response = client_of(owner).get(address)
    if response.status_code in (404, 405):
        return False
    assert response.status_code in (200, 302), (address, response.status_code)
    return response.status_code == 200 and b"<html" in response.content


def keeps_the_rules(visitor: Visitor, address: str) -> None:
    visitor.errors.clear()
    visitor.requests.clear()
    found = []
    for width in (WIDE, NARROW):
        visitor.wears(width)
        visitor.open(address)
        found += violations(visitor)
        visitor.wears(width, dark=True)
        found += violations(visitor, colours_alone=True)
        visitor.fits()
    assert found == []
    assert other_hosts(visitor) == []
    assert visitor.complaints() == []


@pytest.mark.parametrize("address", [each for each in PAGES if not each.endswith((".jpg", ".csv"))])
def test_a_page_is_for_everybody(visitor: Visitor, owner: User, address: str) -> None:
    there = example(address)
    if is_page(owner, there):
        keeps_the_rules(visitor, there)


def test_each_kind_of_page_has_its_example() -> None:
    """Else its pages would be passed over here: it gets a line in EXAMPLES of whole_club.py, and a thing there."""
    looked_at = [each for each in PAGES if not each.endswith((".jpg", ".csv"))]
    kinds = {kind for each in looked_at for kind in re.findall(r"([a-z-]+)/0/", each)}
    assert kinds - EXAMPLES.keys() == NOT_IN_THE_CLUB


@pytest.mark.parametrize("address", OF_AN_ACCOUNT)
def test_so_is_where_one_signs_in(visitor: Visitor, address: str) -> None:
    keeps_the_rules(visitor, address)


@pytest.mark.parametrize("address", WALKED)
def test_the_keyboard_gets_everywhere_and_is_seen(visitor: Visitor, address: str) -> None:
    visitor.wears(WIDE)
    visitor.open(example(address))
    assert unseen_focus(visitor) == []


@pytest.mark.parametrize("address", WALKED)
def test_twice_as_large_it_still_fits(visitor: Visitor, address: str) -> None:
    """Zoomed to 200 % a window of 1280 x 800 has 640 x 400."""
    visitor.wears(WIDE // 2, height=400)
    visitor.open(example(address))
    visitor.fits()
    visitor.look("document.documentElement.style.fontSize = '200%'")
    visitor.fits()
