"""What a customer may use, without a card: as the card's own decision says, and asking uses nothing up."""

import pytest

from contract.limits import Limit
from contract.reasons import Reason
from hub.decisions.offering import facts_of_customer, offer_of, offers_of
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import operations
from hub.members.models import Company, Grant, Link, Permission
from hub.partners.models import Partner
from hub.partners.operations import save_partner
from tests.hub.followed import decision
from tests.hub.people import AT, DAY, a_card, a_customer, a_membership, a_plan

pytestmark = pytest.mark.usefixtures("database")


def test_it_answers_as_the_card_would_and_changes_nothing() -> None:
    customer = a_customer()
    code = a_card(customer)
    a_membership(a_plan("wine", Limit(2, 7 * 86_400)), customer=customer, ends_at=AT + DAY)
    before = feed_queries.head(EVERYONE)
    offer = offer_of("wine", facts_of_customer(customer.pk, None, AT), AT)
    shown = decision(code, "wine", AT)
    assert (offer.decision.outcome, offer.decision.reason) == (shown.outcome, shown.reason)
    assert offer.decision.remaining == 2 and not offer.decision.counted
    assert offer_of("wine", facts_of_customer(customer.pk, None, AT), AT).decision.remaining == 2
    assert feed_queries.head(EVERYONE) == before


def test_it_needs_no_card_and_knows_what_is_inherited() -> None:
    customer, company = a_customer(), operations.save_company(Company(name="Club"))
    a_membership(a_plan(), company=company)
    asked = ["front-door", "nothing"]

    def reasons() -> list[Reason]:
        return [each.decision.reason for each in offers_of(asked, facts_of_customer(customer.pk, None, AT), AT)]

    assert reasons() == [Reason.NO_MEMBERSHIP, Reason.NO_MEMBERSHIP]
    operations.save_link(Link(customer=customer, company=company))
    assert reasons() == [Reason.GRANTED, Reason.PERMISSION_MISSING]


def test_what_is_for_approved_partners_is_asked_about_at_each_of_them() -> None:
    customer = a_customer()
    bar, inn = (save_partner(Partner(slug=slug, name=slug.title())) for slug in ("bar", "inn"))
    wine = Permission(slug="wine", name="Wine", approved_partners_only=True)
    operations.save_permission(wine, [inn, bar])
    plan = a_plan()
    operations.save_grant(Grant(plan=plan, permission=wine), ())
    facts = facts_of_customer(customer.pk, None, AT)
    assert offer_of("wine", facts, AT).partners == ()
    a_membership(plan, customer=customer)
    offer = offer_of("wine", facts_of_customer(customer.pk, None, AT), AT)
    assert offer.decision.granted
    assert offer.partners == ("bar", "inn")
