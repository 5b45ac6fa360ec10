"""What is there to be copied has a button that copies it; elsewhere it stands to be marked by hand."""

from tests.hub.walks.page_rules import unseen_focus
from tests.hub.walks.visitor import WIDE, Visitor
from tests.hub.walks.whole_club import example

BUTTON = "document.querySelector('#script-1 + button')"


def test_a_line_for_a_websites_pages_is_copied(at_the_club: Visitor) -> None:
    at_the_club.wears(WIDE)
    at_the_club.open(example("/desk/websites/0/"))
    at_the_club.until(f"!!{BUTTON}")
    assert at_the_club.look(f"{BUTTON}.getAttribute('aria-label')").startswith("Copy: ")
    at_the_club.look("navigator.clipboard.writeText = async text => { window.copied = text; }")
    at_the_club.look(f"{BUTTON}.click()")
    at_the_club.until(f"{BUTTON}.textContent === 'Copied'")
    assert at_the_club.look("window.copied === document.querySelector('#script-1').value")
    assert at_the_club.look("window.copied").startswith("<script src=")
    assert unseen_focus(at_the_club) == []


def test_where_it_may_not_be_written_it_is_marked(at_the_club: Visitor) -> None:
    at_the_club.open(example("/desk/websites/0/"))
    at_the_club.until(f"!!{BUTTON}")
    at_the_club.look("navigator.clipboard.writeText = async () => { throw new Error(); }")
    at_the_club.look(f"{BUTTON}.click()")
    at_the_club.until("document.activeElement.selectionEnd > 10")
    assert at_the_club.look(f"{BUTTON}.textContent") == "Copy"
