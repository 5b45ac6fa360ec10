"""Every dialog that a page of the desk opens, open: the rules of tests/hub/walks/page_rules.py hold in it, the
keyboard is inside it, and Escape leaves."""

import json
from typing import Final

import pytest

from tests.hub.walks.page_rules import keeps_the_rules
from tests.hub.walks.visitor import WIDE, Visitor
from tests.hub.walks.whole_club import example

PAGES: Final = (
    "/desk/customers/",
    "/desk/customers/0/",
    "/desk/companies/0/",
    "/desk/checkins/",
    "/desk/fleet/",
    "/desk/fleet/edges/0/",
    "/desk/fleet/edges/0/readers/",
    "/desk/lockdown/",
    "/desk/sites/",
    "/desk/websites/0/",
)
_LINKS: Final = "[...document.querySelectorAll('a[data-dialog]')].map(e => e.getAttribute('href'))"


def opens(visitor: Visitor, page: str, link: str) -> None:
    visitor.open(page)
    visitor.until("typeof htmx !== 'undefined'")
    visitor.look(f"document.querySelector('a[data-dialog][href=' + CSS.escape({json.dumps(link)}) + ']').click()")
    visitor.until("document.querySelector('dialog').open && !!document.querySelector('dialog h2')")
    assert visitor.look("document.querySelector('dialog').contains(document.activeElement)")
    assert not visitor.look("(d => d.scrollWidth > d.clientWidth)(document.querySelector('dialog'))")


@pytest.mark.parametrize("address", PAGES)
def test_a_dialog_is_for_everybody(at_the_club: Visitor, address: str) -> None:
    page = example(address)
    at_the_club.wears(WIDE)
    at_the_club.open(page)
    # Of those that differ by the thing alone, one.
    kinds = {"".join(c for c in link if not c.isdigit()): link for link in at_the_club.look(_LINKS)}
    assert kinds, f"{page} opens none: this test has nothing to look for there"
    for link in kinds.values():
        keeps_the_rules(at_the_club, lambda link=link: opens(at_the_club, page, link))
        at_the_club.key("Escape")
        at_the_club.until("!document.querySelector('dialog').open")
