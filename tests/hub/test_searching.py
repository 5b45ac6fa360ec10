"""Looking members up: by what, in which order, how many, and in how many questions to the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.audit.models import Entry
from hub.members import codes, operations, searching
from hub.members.folding import searched_by, wanted_in
from hub.members.models import Company, Customer, Link
from hub.members.searching import SHOWN_MAX, find, is_whole_code
from tests.hub.people import a_card, a_customer, a_membership, a_plan


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("José Müller-Łuk", "jose"),
        ("José Müller-Łuk", "MÜLLER"),
        ("José Müller-Łuk", "mueller jos"),
        ("José Müller-Łuk", "muller luk"),
        ("José Müller-Łuk", "müller-luk"),
        ("José Müller-Łuk", "ülle"),
        ("Shane O'Hara", "ohara"),
        ("Shane O'Hara", "o\u2019hara"),
        ("Groß", "gross"),
        ("Søren Ångström", "soren angstrom"),
        ("Søren Ångström", "aangstroem"),
        ("\u0130pek Y\u0131ld\u0131z", "ipek yildiz"),
    ],
)
def test_names_are_found_by_parts_in_any_case_and_accents(name: str, typed: str) -> None:
    text = searched_by(name, [])
    assert all(part in text for part in wanted_in(typed)), (text, wanted_in(typed))


def test_phone_numbers_are_found_however_they_are_written() -> None:
    text = searched_by("Ann", ["+49 (170) 123-4567"])
    for typed in ("+49170", "0170 123", "0049 170 1234567", "170/1234567", "1234567"):
        assert all(part in text for part in wanted_in(typed)), typed
    assert not all(part in text for part in wanted_in("0171 123"))


@pytest.mark.usefixtures("database")
class TestFound:
    def test_by_name_email_phone_and_external_id(self) -> None:
        fields = {"email": "Ann@Club.example", "phone": "+49 170 1", "external_id": "C-77"}
        ann = operations.save_customer(Customer(name="Ann Álvarez", **fields))
        operations.add_customers([Customer(name="Bob", email="bob@club.example"), Customer(name="Annika")])
        for text in ("alva", "ann@club", "0170 1", "c-77", "álvarez ann"):
            assert find(text).customers == [ann], text
        assert [each.name for each in find("club.example").customers] == ["Ann Álvarez", "Bob"]
        assert find("nobody") == find("a") == find("") == find("%_") == searching.Found()
        ann.name = "Zoe"
        operations.save_customer(ann)
        assert find("zoe").customers == [ann] and not find("alva").customers
        assert "search_text" not in Entry.objects.filter(customer_id=ann.pk).first().after

    def test_who_begins_with_it_comes_first_and_then_words(self) -> None:
        for name in ("Joan Mann", "Bert Annan", "Ann Zuse", "Anna Abel"):
            a_customer(name)
        assert [each.name for each in find("ann").customers] == [
            "Ann Zuse",
            "Anna Abel",
            "Bert Annan",
            "Joan Mann",
        ]
        assert [each.name for each in find("ann z").customers] == ["Ann Zuse"]

    def test_companies_too_and_at_most_twenty(self) -> None:
        operations.add_companies(Company(name=f"Club {number}") for number in range(7))
        operations.add_customers(Customer(name=f"Clubber {number}") for number in range(30))
        found = find("club")
        assert (len(found.companies), len(found.customers)) == (5, SHOWN_MAX - 5)
        assert found.more and found.only is None
        exact = find("clubber 29")
        assert not exact.more and exact.only == exact.customers[0]

    def test_a_cards_code_finds_its_holder(self) -> None:
        ann = a_customer("Ann")
        code = a_card(ann)
        imported = operations.import_card(ann, "4006381333931")
        for text in (code, code.lower(), codes.typed_text(code), f"https://club.example/c/{code}"):
            assert find(text).only == ann, text
            assert is_whole_code(searching.card_typed(text), text)
        assert find("4006381333931").card == imported
        assert not is_whole_code(imported, "4006381333931")
        assert find(code[:-1]).card is None and find("x" * 600).card is None

    def test_questions_are_as_many_for_one_as_for_twenty(self) -> None:
        def asked() -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                found = find("member")
                for each in found.customers:
                    searching.queries.standing_of(each, each.memberships.all()[0].starts_at)
            return len(queries)

        plan, company = a_plan(), operations.save_company(Company(name="Club"))
        a_membership(plan, company=company)

        def one() -> None:
            customer = a_customer()
            a_membership(plan, customer=customer)
            operations.save_link(Link(customer=customer, company=company))

        one()
        for_one = asked()
        for _ in range(24):
            one()
        assert asked() == for_one
