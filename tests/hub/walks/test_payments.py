"""Staff at a desk in a real browser: who joined by invoice and has not paid yet, chosen and written off."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from hub.billing import queries
from hub.billing.joining_operations import take_plan
from hub.billing.offers import Way
from hub.members import operations
from hub.members.models import Customer
from tests.hub.provider_club import UTC_ZONE, a_priced_plan
from tests.hub.walks.page_rules import keeps_the_rules
from tests.hub.walks.visitor import Visitor


@pytest.fixture
def visitor(chromium: Visitor, colleague: User) -> Iterator[Visitor]:
    with chromium.at_work(colleague) as visitor:
        yield visitor


def test_who_has_not_paid_is_chosen_and_written_off(visitor: Visitor) -> None:
    plan = a_priced_plan(by_invoice=True)
    for name in ("Ann Miller", "Bert Anders"):
        person = operations.save_customer(Customer(name=name))
        take_plan(plan, person, None, Way.BY_HAND, timezone.now(), UTC_ZONE)
    keeps_the_rules(visitor, lambda: visitor.open("/desk/payments/waiting/"))
    visitor.sees("Bert Anders")
    visitor.look("document.querySelector('[aria-label=\"Choose Ann Miller\"]').click()")
    visitor.click("Write off what is chosen")
    visitor.sees("Written off: 1.")
    assert [each.membership.customer.name for each in queries.waiting()] == ["Bert Anders"]
