"""Cards: issued and imported, their codes, dates and revocation, on both databases."""

import pytest

from contract.card import CardError, is_code
from contract.reasons import Reason
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import codes, operations, queries
from hub.members.operations import CardTaken
from tests.hub.followed import decision, facts
from tests.hub.people import AT, DAY, a_customer, a_membership, a_plan

pytestmark = pytest.mark.usefixtures("database")


def test_an_issued_card_is_found_by_its_code_and_shows_it_nowhere() -> None:
    customer = a_customer()
    card = operations.issue_card(customer)
    code = codes.decrypt(card)
    assert is_code(code)
    assert queries.card_with_code(f"https://club.example/c/{code.lower()}") == card
    assert code.encode() not in bytes(card.code_encrypted) + bytes(card.lookup_hash)
    assert code not in f"{card} {card!r}"
    assert codes.scan_text(code) == f"HTTP://127.0.0.1:8000/C/{code}"


def test_an_imported_card_works_and_cannot_be_imported_twice() -> None:
    one, two = a_customer("One"), a_customer("Two")
    operations.import_card(one, "  4006381333931 ")
    assert facts("4006381333931").customer is not None
    before = feed_queries.head(EVERYONE)
    with pytest.raises(CardTaken, match=r"on Card .* of One already: delete"):
        operations.import_card(two, "4006381333931")
    with pytest.raises(CardError, match="1 to 64 printable"):
        operations.import_card(two, "x" * 65)
    assert feed_queries.head(EVERYONE) == before
    assert codes.scan_text("4006381333931") == "4006381333931"


def test_two_cards_codes_cannot_be_exchanged_in_the_database() -> None:
    one, two = operations.issue_cards([a_customer("One"), a_customer("Two")])
    one.code_encrypted = two.code_encrypted
    with pytest.raises(codes.CodeUnreadable, match=r"card\.key"):
        codes.decrypt(one)


def test_a_cards_own_dates_and_revocation() -> None:
    customer = a_customer()
    card = operations.issue_card(customer)
    code = codes.decrypt(card)
    a_membership(a_plan(), customer=customer)
    card.valid_from, card.valid_until = AT, AT + DAY
    operations.save_card(card)
    assert decision(code, "front-door", AT).granted
    assert decision(code, "front-door", AT - DAY).reason is Reason.CARD_NOT_YET_VALID
    assert decision(code, "front-door", AT + DAY).reason is Reason.CARD_EXPIRED
    operations.revoke_cards([card], AT)
    assert decision(code, "front-door", AT).reason is Reason.CARD_REVOKED
    assert list(queries.live_cards(AT)) == []
    operations.delete_cards([card])
    assert decision(code, "front-door", AT).reason is Reason.UNKNOWN_CARD
