"""What members and staff have a provider change: cancelled, kept, another plan, seats."""

import pytest

from contract.membership import Detail
from hub.billing import changing_operations, checkout_operations
from hub.billing.seen import EndedWhy
from hub.members import operations, seats
from hub.members.models import Company, Customer, Link, Plan
from tests.hub.followed import assert_exact
from tests.hub.people import AT, DAY, a_customer
from tests.hub.provider_club import ProviderClub, a_priced_plan, now, status, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


def test_members_cancel_and_keep_and_change_their_plan(club: ProviderClub) -> None:
    gold, silver = a_priced_plan(), a_priced_plan("Silver", price_cents=900)
    membership = club.joins(gold)
    club.pays(membership)
    club.hears()
    changing_operations.cancel_at_end(membership, club.at)
    assert status(membership, club.at).detail is Detail.CANCELLING
    changing_operations.keep_going(membership, club.at)
    assert status(membership, club.at).detail is Detail.CURRENT
    changing_operations.change_plan(membership, silver, None, club.at)
    assert now(membership).plan == silver
    free = a_priced_plan("Free", price_cents=None)
    with pytest.raises(changing_operations.CannotChange, match="not billed again"):
        changing_operations.change_plan(membership, free, None, club.at)
    changing_operations.cancel_now(membership, club.at)
    assert status(membership, club.at).detail is Detail.CANCELLED
    with pytest.raises(changing_operations.CannotChange, match="No payment provider"):
        changing_operations.cancel_now(membership, club.at)


def test_invoices_and_the_portal_are_the_payers_own(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    ann, other = membership.customer, a_customer("Bob")
    assert changing_operations.invoices_of(ann) == []
    club.pays(membership)
    club.hears()
    assert len(changing_operations.invoices_of(ann)) == 1
    assert "cus_customer" in changing_operations.portal_address(ann, "https://club.example/card/")
    with pytest.raises(changing_operations.CannotChange):
        changing_operations.portal_address(other, "https://club.example/card/")


def test_seats_are_for_as_many_as_there_are(club: ProviderClub) -> None:
    company = operations.save_company(Company(name="Mill"))
    plan = a_priced_plan(for_companies=True, seats_max=3)
    with pytest.raises(checkout_operations.NotForSale, match="1 to 3 seats"):
        club.joins(plan, company, 4)
    membership = club.joins(plan, company, 2)
    club.pays(membership)
    club.hears()
    people = [operations.save_customer(Customer(name=f"P{number}")) for number in range(4)]
    for each in people[:2]:
        operations.save_link(Link(customer=each, company=company), AT)
    assert seats.seats_free(company, AT) == 0
    with pytest.raises(Exception, match="2 seats, and all are taken"):
        operations.save_link(Link(customer=people[2], company=company), AT)
    with pytest.raises(Exception, match="2 seats, and all are taken"):
        operations.add_links([Link(customer=people[2], company=company)], AT)
    assert company.links.count() == 2
    with pytest.raises(changing_operations.CannotChange, match="2 people belong"):
        changing_operations.change_plan(membership, plan, 1, club.at)
    changing_operations.change_plan(membership, plan, 3, club.at)
    link = operations.save_link(Link(customer=people[2], company=company), AT)
    link.is_admin = True
    operations.save_link(link, AT)
    club.provider.end("sub_1", EndedWhy.PAYMENT_FAILED)
    club.hears()
    operations.save_link(Link(customer=people[3], company=company), AT + 40 * DAY)
    assert_exact()


def test_no_provider_is_asked_for_another_currency(club: ProviderClub) -> None:
    gold, pound = a_priced_plan(), a_priced_plan("Pound", currency="GBP")
    membership = club.joins(gold)
    club.pays(membership)
    club.hears()
    with pytest.raises(changing_operations.CannotChange, match="paid in EUR, and Pound in GBP"):
        changing_operations.change_plan(membership, pound, None, club.at)
    # What its own plan costs by now is no other.
    Plan.objects.filter(pk=gold.pk).update(currency="GBP")
    with pytest.raises(changing_operations.CannotChange, match="Gold in GBP"):
        changing_operations.change_plan(membership, Plan.objects.get(pk=gold.pk), None, club.at)
    assert "change_plan" not in dict(club.provider.calls)
