"""What goes wrong on purpose or by bad luck while money moves: nobody pays for nothing unseen, and nobody has
anything without paying."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.ask import Ask
from contract.decision import decide
from contract.membership import Detail
from contract.reasons import Outcome
from hub.billing import event_operations
from hub.billing.meaning import becomes
from hub.billing.models import Payment, ProviderEvent
from hub.billing.seen import (
    DisputeState,
    EndedWhy,
    SubscriptionState,
)
from hub.decisions.deciding import facts_of_holder
from hub.feed.operations import EVERYONE
from hub.members.models import Membership
from tests.hub.fake_provider import NAME
from tests.hub.people import DAY
from tests.hub.provider_club import ProviderClub, a_priced_plan, now, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


# What the provider knows nothing of, or what does not fit


def test_what_does_not_fit_here_holds_up_nobody_else(club: ProviderClub, caplog: pytest.LogCaptureFixture) -> None:
    strange, other = club.joins(a_priced_plan()), club.joins(a_priced_plan("Silver"))
    club.pays(strange)
    club.provider.becomes("sub_1", price=replace(club.provider.orders["cs_1"].price, cents=-1))
    club.pays(other)
    club.hears()
    assert club.detail(other) is Detail.CURRENT
    assert club.detail(strange) is Detail.PENDING
    assert ProviderEvent.objects.filter(done_at=None, error="not applied", tries=1).exists()
    assert "could not be applied" in caplog.text
    club.provider.becomes("sub_1", price=club.provider.orders["cs_1"].price)
    club.hears()
    assert club.detail(strange) is Detail.CURRENT


def test_a_clock_that_was_wrong_holds_up_nothing(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    event_operations.remember(NAME, club.provider.events, club.at + 365 * DAY)
    club.looks()
    assert club.detail(membership) is Detail.CURRENT


def test_who_is_billed_again_is_a_member_now_though_their_period_begins_later(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    _do(club, number, "pause")
    club.hears()
    assert club.detail(membership) is Detail.SUSPENDED
    club.provider.renew(number)
    club.hears()
    assert club.detail(membership) is Detail.CURRENT


# The doors


def at_the_door(club: ProviderClub, membership: Membership) -> Outcome:
    """As an edge decides by what stands in the feed."""
    ask = Ask(permission="front-door")
    return decide(ask, facts_of_holder(EVERYONE, membership.customer_id, None), club.at).outcome


def test_doors_open_for_who_pays_and_while_the_provider_tries_again(
    club: ProviderClub,
) -> None:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    assert at_the_door(club, membership) is Outcome.DENIED
    number = club.provider.pay(reference)
    assert at_the_door(club, membership) is Outcome.DENIED
    club.hears()
    assert at_the_door(club, membership) is Outcome.GRANTED
    club.later(days=30)
    for _retry in range(4):
        club.provider.decline(number, club.at + timedelta(days=3))
        club.hears()
        club.later(days=3)
        assert at_the_door(club, membership) is Outcome.GRANTED
    club.provider.end(number, EndedWhy.PAYMENT_FAILED)
    club.hears()
    assert at_the_door(club, membership) is Outcome.DENIED


# Any order of anything


_DOES = st.sampled_from(["decline", "renew", "seats", "cancel", "keep", "refund", "dispute", "end", "pause"])


@pytest.mark.any_database
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_DOES, max_size=5), st.lists(st.integers(0, 60), max_size=5), st.randoms(use_true_random=False))
def test_whatever_happens_and_however_it_is_told_it_ends_as_the_provider_has_it(
    club: ProviderClub, does: list[str], again: list[int], order: Random
) -> None:
    with transaction.atomic():
        club.provider.__init__(club.at)  # type: ignore[misc]
        club.told.clear()
        membership = club.joins(a_priced_plan(f"Gold {order.random()}"))
        number = club.pays(membership)
        for each in does:
            _do(club, number, each)
            if order.random() < 0.5:
                event_operations.remember(NAME, [order.choice(club.provider.events)], club.at)
                club.looks()
        told = list(club.provider.events) + [
            club.provider.events[each % len(club.provider.events)] for each in again
        ]
        order.shuffle(told)
        for event in told:
            event_operations.remember(NAME, [event], club.at)
            club.looks()
        seen = club.provider.subscriptions[number]
        meant = becomes(seen, 72)
        held = now(membership)
        assert (held.ends_at, held.at_end, held.pending) == (meant.ends_at, meant.at_end, meant.pending)
        assert held.billed_by == (NAME if meant.is_open else "")
        payment = Payment.objects.get(membership=membership)
        assert payment.refunds.count() == len(club.provider.payments["pi_1"].refunds)
        assert payment.disputes.count() == len(club.provider.payments["pi_1"].disputes)
        assert (Detail.SUSPENDED is club.detail(membership)) is (seen.state is SubscriptionState.PAUSED)
        transaction.set_rollback(True)


def _do(club: ProviderClub, number: str, what: str) -> None:
    provider = club.provider
    if provider.subscriptions[number].state is SubscriptionState.CANCELED and what not in ("refund", "dispute"):
        return
    actions: dict[str, Callable[[], object]] = {
        "decline": lambda: provider.decline(number, club.at + DAY),
        "renew": lambda: provider.renew(number),
        "seats": lambda: provider.becomes(number, seats=2),
        "cancel": lambda: provider.becomes(number, cancel_at_end=True),
        "keep": lambda: provider.becomes(number, cancel_at_end=False),
        "refund": lambda: provider.give_back("pi_1", 100),
        "dispute": lambda: provider.dispute("pi_1", DisputeState.OPEN),
        "end": lambda: provider.end(number, EndedWhy.WISH),
        "pause": lambda: provider.becomes(number, state=SubscriptionState.PAUSED, paid_until=club.at),
    }
    actions[what]()
