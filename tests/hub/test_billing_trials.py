"""Free days through a provider are had once, whatever became of what they began."""

import pytest

from hub.billing import changing_operations
from hub.billing.checkout_operations import begin_checkout
from hub.billing.joining_operations import take_plan
from hub.billing.offers import Way
from hub.billing.seen import EndedWhy, SubscriptionState
from hub.billing.trials import trial_days
from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership, Plan
from tests.hub.people import DAY
from tests.hub.provider_club import UTC_ZONE, ProviderClub, a_priced_plan, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


def on_trial(club: ProviderClub, plan: Plan, holder: Customer | Company | None = None) -> tuple[Membership, str]:
    membership = club.joins(plan, holder)
    assert trial_days(plan, membership.customer or membership.company) == 14
    number = club.pays(membership)
    club.hears()
    return membership, number


@pytest.mark.parametrize("becomes", ["given up", "unpaid", "paused"])
def test_a_trial_that_nobody_paid_after_is_the_only_one(club: ProviderClub, becomes: str) -> None:
    plan = a_priced_plan(trial_days=14)
    membership, number = on_trial(club, plan)
    club.later(days=14)
    if becomes == "given up":
        club.provider.decline(number, club.at + 3 * DAY)
        club.provider.end(number, EndedWhy.PAYMENT_FAILED)
    else:
        club.provider.becomes(number, state=SubscriptionState(becomes), retry_at=None)
    club.hears()
    assert trial_days(plan, membership.customer) == 0
    if becomes == "given up":
        again = take_plan(plan, membership.customer, None, Way.PROVIDER, club.at, UTC_ZONE)
        begin_checkout(again, "https://club.example/a", "https://club.example/b", club.at)
        assert again.checkouts.get().asked["trial_days"] == 0


def test_a_trial_that_became_another_plans_was_of_the_first_too(club: ProviderClub) -> None:
    first, second = a_priced_plan(trial_days=14), a_priced_plan("Silver", trial_days=14)
    membership, _number = on_trial(club, first)
    changing_operations.change_plan(membership, second, None, club.at)
    club.hears()
    assert trial_days(first, membership.customer) == 0


def test_a_companys_trial_that_nobody_paid_after_is_its_admins_other_companies_too(club: ProviderClub) -> None:
    plan = a_priced_plan(trial_days=14, for_companies=True)
    ann = operations.save_customer(Customer(name="Ann", email="ann@club.example"))
    works, other = (operations.save_company(Company(name=each)) for each in ("Works", "Other"))
    for each in (works, other):
        operations.save_link(Link(company=each, customer=ann, is_admin=True))
    _membership, number = on_trial(club, plan, works)
    club.later(days=14)
    club.provider.end(number, EndedWhy.PAYMENT_FAILED)
    club.hears()
    assert (trial_days(plan, works), trial_days(plan, other), trial_days(plan, ann)) == (0, 0, 0)


def test_a_page_that_nobody_went_through_took_no_free_days(club: ProviderClub) -> None:
    plan = a_priced_plan(trial_days=14)
    membership = club.joins(plan)
    club.provider.expire(club.at_the_page(membership))
    club.hears()
    assert trial_days(plan, membership.customer) == 14
