"""What a provider does, told of in any order, twice, late or not at all: the membership ends the same."""

from collections.abc import Callable
from random import Random

import pytest

from contract.membership import Detail
from hub.billing import event_operations, queries
from hub.billing.looking import look_at
from hub.billing.models import Checkout, Payment, ProviderEvent, Subscription
from hub.billing.reconciling import Reconciling
from hub.billing.seen import (
    About,
    EndedWhy,
    EventSeen,
    SubscriptionState,
)
from hub.members import operations
from hub.members.models import Company, Membership
from hub.members.status_operations import Refused, cancel_membership
from tests.hub.fake_provider import NAME
from tests.hub.people import AT, DAY
from tests.hub.provider_club import ProviderClub, a_priced_plan, now, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


def test_who_pays_is_a_member_as_soon_as_the_provider_says_so(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    assert club.detail(membership) is Detail.PENDING
    club.pays(membership)
    assert club.detail(membership) is Detail.PENDING
    club.hears()
    assert club.detail(membership) is Detail.CURRENT
    held = now(membership)
    assert (held.billed_by, held.ends_at, held.grace_hours) == (NAME, AT + 30 * DAY, 72)
    standing = queries.standing(held)
    assert standing.is_by_provider
    assert not standing.is_being_paid
    assert Payment.objects.get().cents == 2_900


def test_a_membership_that_a_provider_bills_is_not_moved_by_staff(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    club.hears()
    with pytest.raises(Refused, match="paid through Fake"):
        cancel_membership(membership, club.at)


def test_a_member_goes_on_while_the_provider_tries_again_and_is_out_when_it_gives_up(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.later(days=30, minutes=1)
    club.provider.decline(number, retry_at=club.at + 5 * DAY)
    club.hears()
    assert club.detail(membership) is Detail.GRACE
    club.later(days=5)
    assert club.detail(membership) is Detail.GRACE
    club.provider.decline(number, retry_at=club.at + 7 * DAY)
    club.hears()
    club.later(days=7)
    assert club.detail(membership) is Detail.GRACE
    club.provider.end(number, EndedWhy.PAYMENT_FAILED)
    club.hears()
    assert club.detail(membership) is Detail.PAYMENT_FAILED
    assert not queries.standing(membership).subscription.is_open
    assert not now(membership).billed_by


def test_what_is_paid_in_between_runs_on(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.later(days=31)
    club.provider.decline(number, retry_at=club.at + 5 * DAY)
    club.hears()
    club.provider.becomes(number, state=SubscriptionState.ACTIVE, retry_at=None, paid_until=AT + 60 * DAY)
    club.hears()
    assert club.detail(membership) is Detail.CURRENT
    assert now(membership).ends_at == AT + 60 * DAY


def test_a_pause_suspends_and_going_on_does_not_lengthen(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan(trial_days=14))
    number = club.pays(membership)
    club.hears()
    assert club.detail(membership) is Detail.TRIAL
    club.later(days=15)
    club.provider.becomes(number, state=SubscriptionState.PAUSED)
    club.hears()
    assert club.detail(membership) is Detail.SUSPENDED
    club.later(days=100)
    until = club.at + 30 * DAY
    running = {"period_started_at": club.at, "period_ends_at": until, "paid_until": until}
    club.provider.becomes(number, state=SubscriptionState.ACTIVE, **running)
    club.hears()
    assert club.detail(membership) is Detail.CURRENT
    assert now(membership).ends_at == until
    club.later(days=34)
    assert club.detail(membership) is Detail.ENDED


Step = Callable[[ProviderClub, str], object]
LIVES: dict[str, tuple[Step, ...]] = {
    "renewed": (lambda club, it: club.later(days=30), lambda club, it: club.provider.renew(it)),
    "declined, then paid": (
        lambda club, it: club.later(days=30),
        lambda club, it: club.provider.decline(it, club.at + 3 * DAY),
        lambda club, it: club.later(days=3),
        lambda club, it: club.provider.becomes(
            it, state=SubscriptionState.ACTIVE, retry_at=None, paid_until=AT + 60 * DAY
        ),
    ),
    "unpaid at the end": (
        lambda club, it: club.later(days=30),
        lambda club, it: club.provider.decline(it, club.at + 3 * DAY),
        lambda club, it: club.later(days=3),
        lambda club, it: club.provider.becomes(it, state=SubscriptionState.UNPAID, retry_at=None),
    ),
    "given up": (
        lambda club, it: club.later(days=30),
        lambda club, it: club.provider.decline(it, club.at + 3 * DAY),
        lambda club, it: club.provider.end(it, EndedWhy.PAYMENT_FAILED),
    ),
    "cancelled, kept, cancelled": (
        lambda club, it: club.provider.becomes(it, cancel_at_end=True),
        lambda club, it: club.provider.becomes(it, cancel_at_end=False),
        lambda club, it: club.provider.becomes(it, cancel_at_end=True),
        lambda club, it: club.later(days=30),
        lambda club, it: club.provider.end(it, EndedWhy.WISH),
    ),
    "paused and going on": (
        lambda club, it: club.later(days=30),
        lambda club, it: club.provider.becomes(it, state=SubscriptionState.PAUSED),
        lambda club, it: club.later(days=9),
        lambda club, it: club.provider.becomes(
            it,
            state=SubscriptionState.ACTIVE,
            period_started_at=club.at,
            period_ends_at=club.at + 30 * DAY,
            paid_until=club.at + 30 * DAY,
        ),
    ),
}


def lived(club: ProviderClub, steps: tuple[Step, ...], hears: bool) -> Membership:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    for step in steps:
        step(club, number)
        if hears:
            club.hears()
    return membership


def outcome(membership: Membership) -> tuple[object, ...]:
    held = now(membership)
    subscription = Subscription.objects.get(membership=held)
    of_held = (held.ends_at, held.at_end, held.pending, held.grace_hours, held.billed_by, held.trial_until)
    return (*of_held, subscription.state, subscription.is_open, subscription.paid_until)


@pytest.mark.any_database
@pytest.mark.parametrize("life", LIVES)
def test_however_events_come_a_membership_ends_the_same(club: ProviderClub, life: str) -> None:
    membership = lived(club, LIVES[life], hears=True)
    expected = outcome(membership)
    at_last = club.detail(membership)
    chance = Random(life)
    for _time in range(5):
        again = [*club.provider.events, *chance.sample(club.provider.events, 3)]
        chance.shuffle(again)
        told = [
            EventSeen(f"{each.id}-{_time}-{number}", each.about, each.reference, each.at)
            for number, each in enumerate(again)
        ]
        for each in told:
            event_operations.remember(NAME, [each], club.at)
            club.looks()
        assert outcome(membership) == expected
        assert club.detail(membership) is at_last


@pytest.mark.any_database
@pytest.mark.parametrize("life", LIVES)
def test_what_nobody_told_of_is_found(club: ProviderClub, life: str) -> None:
    membership = lived(club, LIVES[life], hears=False)
    reconciling = Reconciling(club.provider, lambda: club.at)
    assert reconciling.catch_up() > 0
    reconciling.turn()
    missed = outcome(membership), club.detail(membership)
    # Staff of another hub heard all of it in time.
    for each in club.provider.events:
        look_at(club.provider, each.about, each.reference, club.at)
    assert (outcome(membership), club.detail(membership)) == missed
    assert missed[1] is not Detail.PENDING


def test_an_event_is_kept_once_however_often_it_comes(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    assert event_operations.remember(NAME, club.provider.events, club.at) == len(club.provider.events)
    assert event_operations.remember(NAME, club.provider.events, club.at) == 0
    nothing = EventSeen("evt_x", About.NOTHING, "", club.at)
    assert event_operations.remember(NAME, [nothing], club.at) == 0
    club.looks()
    assert not ProviderEvent.objects.filter(done_at=None).exists()


def test_while_the_provider_does_not_answer_events_wait_and_nothing_is_lost(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    event_operations.remember(NAME, club.provider.events, club.at)
    club.provider.away = True
    with pytest.raises(Exception, match="does not answer"):
        club.looks()
    assert club.detail(membership) is Detail.PENDING
    club.provider.away = False
    club.later(hours=2)
    club.looks()
    assert club.detail(membership) is Detail.CURRENT


def test_an_answer_that_was_overtaken_changes_nothing(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    real = club.provider.subscription

    def overtaken(reference: str) -> object:
        """While this answer is on its way, the subscription ends, and that is heard of."""
        before = real(reference)
        club.provider.subscription = real  # type: ignore[method-assign]
        club.provider.end(number, EndedWhy.WISH)
        club.hears()
        return before

    club.provider.subscription = overtaken  # type: ignore[method-assign, assignment]
    look_at(club.provider, About.SUBSCRIPTION, number, club.at)
    assert club.detail(membership) is Detail.CANCELLED


def test_what_is_paid_once_lasts(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan(billed_every=None))
    club.pays(membership)
    club.hears()
    assert club.detail(membership) is Detail.CURRENT
    held = now(membership)
    assert (held.ends_at, held.billed_by) == (None, "")
    assert Payment.objects.get().membership == held


def test_a_company_has_the_seats_that_it_pays_for(club: ProviderClub) -> None:
    company = operations.save_company(Company(name="Mill"))
    membership = club.joins(a_priced_plan(for_companies=True), company, 3)
    number = club.pays(membership)
    club.hears()
    assert now(membership).seats == 3
    club.provider.becomes(number, seats=5)
    club.hears()
    assert now(membership).seats == 5


def test_another_plan_at_the_provider_is_another_plan_here(club: ProviderClub) -> None:
    silver = a_priced_plan("Silver", price_cents=900)
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    from hub.billing.offers import price_of  # noqa: PLC0415

    club.provider.becomes(number, price=price_of(silver))
    club.hears()
    assert now(membership).plan == silver
    assert club.detail(membership) is Detail.CURRENT


def test_what_is_none_of_ours_is_let_be(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    Checkout.objects.all().delete()
    club.hears()
    look_at(club.provider, About.SUBSCRIPTION, number, club.at)
    assert not Subscription.objects.exists()
    assert not Payment.objects.exists()
    assert club.detail(membership) is Detail.PENDING
