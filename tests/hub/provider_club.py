"""A club whose plans are paid for through the fake provider, and time that tests move on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from contract.calendar import zone_of
from contract.membership import Detail, Status
from hub.billing import checkout_operations, event_operations
from hub.billing.joining_operations import take_plan
from hub.billing.offers import Way
from hub.billing.reconciling import Reconciling
from hub.members import operations, queries
from hub.members.models import Company, Customer, Grant, Membership, Permission, Plan
from tests.hub.fake_provider import NAME, FakeProvider
from tests.hub.followed import assert_exact
from tests.hub.people import AT

UTC_ZONE = zone_of("UTC")


def a_priced_plan(name: str = "Gold", **fields: Any) -> Plan:
    """29.00 EUR each month, public."""
    door = Permission.objects.filter(slug="front-door").first()
    door = door or operations.save_permission(Permission(slug="front-door", name="Front door"))
    fields = {"price_cents": 2_900, "currency": "EUR", "billed_every": 1, "is_public": True} | fields
    return operations.save_plan(Plan(name=name, **fields), [(Grant(permission=door), ())])


@dataclass
class ProviderClub:
    provider: FakeProvider
    at: datetime = AT
    told: set[str] = field(default_factory=set)

    def joins(self, plan: Plan, holder: Customer | Company | None = None, seats: int | None = None) -> Membership:
        holder = holder or operations.save_customer(Customer(name="Ann", email="ann@club.example"))
        return take_plan(plan, holder, seats, Way.PROVIDER, self.at, UTC_ZONE)

    def at_the_page(self, membership: Membership) -> str:
        """The reference of the page that it is paid on."""
        begun = checkout_operations.begin_checkout(
            membership, "https://club.example/paid", "https://club.example/back", self.at
        )
        return begun.reference

    def pays(self, membership: Membership) -> str:
        return self.provider.pay(self.at_the_page(membership))

    def hears(self) -> None:
        """Whatever was not told yet is, in order, and looked at."""
        new = [each for each in self.provider.events if each.id not in self.told]
        self.told |= {each.id for each in new}
        event_operations.remember(NAME, new, self.at)
        self.looks()

    def looks(self) -> None:
        Reconciling(self.provider, lambda: self.at).turn()

    def catches_up(self) -> None:
        Reconciling(self.provider, lambda: self.at).catch_up()

    def detail(self, membership: Membership) -> Detail:
        """By what edges follow, too."""
        assert_exact()
        return status(membership, self.at).detail

    def later(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        self.provider.at = self.at
        return self.at


@pytest.fixture
def with_provider(monkeypatch: pytest.MonkeyPatch) -> ProviderClub:
    """The fake provider is the hub's. In a file of tests: `club = with_provider`."""
    provider = FakeProvider(AT)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    return ProviderClub(provider)


def now(membership: Membership) -> Membership:
    return Membership.objects.select_related("plan").get(pk=membership.pk)


def status(membership: Membership, at: datetime) -> Status:
    return queries.status_of(now(membership), at)
