"""A provider that nobody asked for months, or that stays away: what is asked, when, and what comes right. Where it
writes to who pays, it is told."""

import threading
from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contract.membership import Detail
from hub.billing import event_operations
from hub.billing.models import BillingAccount, Payment
from hub.billing.port import ProviderAway
from hub.billing.reconciling import AFTER_TROUBLE, CHECK_EVERY, Reconciling
from hub.billing.seen import EndedWhy
from hub.members import operations
from hub.members.models import Company
from hub.sync import billing
from hub.sync.clocks import Clocks
from hub.sync.log import Log
from tests.hub.fake_provider import NAME
from tests.hub.followed import assert_exact
from tests.hub.people import AT, DAY
from tests.hub.provider_club import ProviderClub, a_priced_plan, now, status, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


def reconciled(club: ProviderClub) -> None:
    """By a worker that begins now."""
    reconciling = Reconciling(club.provider, lambda: club.at)
    reconciling.catch_up()
    reconciling.turn()
    reconciling.sweep()


def test_after_months_without_a_worker_each_membership_comes_right(
    club: ProviderClub, caplog: pytest.LogCaptureFixture
) -> None:
    """Also what happened longer ago than the provider tells of."""
    goes_on, gives_up, at_the_page = (club.joins(a_priced_plan(name)) for name in ("On", "Up", "New"))
    kept, lost = club.pays(goes_on), club.pays(gives_up)
    page = club.at_the_page(at_the_page)
    club.hears()
    reconciled(club)
    assert "events are gone" not in caplog.text
    new = club.provider.pay(page)
    for _month in range(4):
        club.later(days=30)
        club.provider.renew(kept)
        club.provider.renew(new)
        club.provider.take_money("", "cus_x", 2_900, "EUR", kept)
    club.provider.end(lost, EndedWhy.PAYMENT_FAILED)
    club.provider.events = [each for each in club.provider.events if each.reference not in (new, lost)]
    club.later(days=20)
    reconciled(club)
    reconciled(club)
    details = [status(each, club.at).detail for each in (goes_on, gives_up, at_the_page)]
    assert details == [Detail.CURRENT, Detail.PAYMENT_FAILED, Detail.CURRENT]
    # Of money the provider tells for thirty days: the rest stands there alone.
    assert Payment.objects.filter(membership=goes_on).count() == 2
    assert "events are gone" in caplog.text
    assert_exact()


def test_days_of_a_provider_that_does_not_answer_lose_nothing(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    reconciling = Reconciling(club.provider, lambda: club.at)
    reconciling.catch_up()
    club.later(days=30)
    club.provider.renew(number)
    event_operations.remember(NAME, club.provider.events, club.at)
    club.provider.away = True
    for _hour in range(72):
        club.later(hours=1)
        for part in (reconciling.catch_up, reconciling.turn, reconciling.sweep):
            with suppress(ProviderAway):
                part()
    assert status(membership, club.at).detail is Detail.ENDED
    club.provider.away = False
    reconciling.catch_up()
    reconciling.turn()
    reconciling.sweep()
    assert status(membership, club.at).detail is Detail.CURRENT
    assert_exact()


def test_each_day_every_open_subscription_is_asked_about(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    club.provider.renew(number)
    club.provider.events.clear()
    reconciling = Reconciling(club.provider, lambda: club.at)
    assert reconciling.sweep() == 1
    assert now(membership).ends_at == AT + 60 * DAY
    assert reconciling.sweep() == 0
    club.later(days=1)
    assert reconciling.sweep() == 1


# Where it writes to


def test_an_address_that_changes_is_told_by_whomever_it_was_changed(club: ProviderClub) -> None:
    company = operations.save_company(Company(name="Mill", email="mill@club.example"))
    for membership in (club.joins(a_priced_plan()), club.joins(a_priced_plan("T", for_companies=True), company)):
        club.pays(membership)
    club.hears()
    reconciling, told = Reconciling(club.provider, lambda: club.at), club.provider.addresses
    assert reconciling.tell_addresses() == 2
    assert sorted(told.values()) == ["ann@club.example", "mill@club.example"]
    customer = now(BillingAccount.objects.get(company=None).customer.memberships.get()).customer
    customer.email = "ann@home.example"
    operations.save_customer(customer)
    company.email = ""
    operations.save_company(company)
    assert reconciling.tell_addresses() == 0
    club.later(minutes=1)
    assert (reconciling.tell_addresses(), sorted(told.values())) == (1, ["ann@home.example", "mill@club.example"])


def test_one_that_is_away_is_told_later_and_one_that_refuses_once(club: ProviderClub) -> None:
    club.pays(club.joins(a_priced_plan()))
    club.hears()
    reconciling = Reconciling(club.provider, lambda: club.at)
    club.provider.away = True
    with pytest.raises(ProviderAway):
        reconciling.tell_addresses()
    club.provider.away = False
    club.later(minutes=5)
    assert reconciling.tell_addresses() == 0
    club.at += AFTER_TROUBLE
    club.provider.refused_addresses.add("ann@club.example")
    assert reconciling.tell_addresses() == 1
    club.at += CHECK_EVERY
    assert reconciling.tell_addresses() == 0 and not club.provider.addresses


# The worker's thread


class Turns(threading.Event):
    """So many, a second of both clocks after each."""

    def __init__(self, turns: int) -> None:
        super().__init__()
        self.turns, self.waited_s, self.at = turns, [], AT

    def wait(self, timeout: float | None = None) -> bool:
        self.waited_s.append(timeout)
        self.at += timedelta(seconds=timeout or 0)
        self.turns -= 1
        if self.turns == 0:
            self.set()
        return self.is_set()


def asked_in(turns: Turns) -> int:
    """How many questions the thread has for the database."""

    def elapsed_s() -> float:
        return (turns.at - AT).total_seconds()

    clocks = Clocks(lambda: turns.at, elapsed_s)
    with pytest.MonkeyPatch.context() as patched, CaptureQueriesContext(connection) as asked:
        patched.setattr(connection, "close", lambda: None)
        billing.BillingRound(Log(StringIO(), clocks.now, elapsed_s), clocks).run(turns)
    return len(asked)


def test_where_there_is_nothing_to_do_the_database_is_left_alone(
    club: ProviderClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_in(Turns(1))
    assert asked_in(Turns(41)) - asked_in(Turns(1)) == 40
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: None)
    idle = Turns(5)
    assert asked_in(idle) <= 8 and idle.waited_s == [billing.IDLE_S] * 5
