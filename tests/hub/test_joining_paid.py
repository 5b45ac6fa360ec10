"""Joining what is paid: by invoice, online, late, and told of once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.billing.offers import Way
from hub.joining import ending_operations, flow_operations, who_operations
from hub.joining.ending_operations import NotAgreed
from hub.joining.models import Flow
from hub.joining.steps import Step
from hub.mail.models import Mail
from hub.members.models import Customer, Membership, Plan
from tests.hub.conftest import Database
from tests.hub.fake_provider import FakeProvider
from tests.hub.joining_club import Joiner, a_paid_plan, open_for_all
from tests.hub.mailed import mail_by
from tests.hub.provider_club import ProviderClub
from tests.hub.website_tokens import AT

AT_ONCE = 4


@pytest.fixture(autouse=True)
def club(database: Database, tmp_path: Path) -> Iterator[None]:
    open_for_all()
    with mail_by(f"file://{tmp_path / 'mail'}"):
        yield


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> ProviderClub:
    provider = FakeProvider(AT)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    return ProviderClub(provider)


def letters(kind: str = "joined") -> int:
    return Mail.objects.filter(kind=kind).count()


def test_by_invoice_it_waits_for_staff(provider: ProviderClub) -> None:
    joiner = Joiner(a_paid_plan(by_invoice=True))
    joiner.proves()
    joiner.says(name="Ann")
    with pytest.raises(NotAgreed, match="how you pay"):
        joiner.agrees()
    ending_operations.finish(joiner.agrees(Way.BY_HAND.value), AT)
    assert (joiner.step, Membership.objects.get().pending, letters()) == (Step.DONE, True, 1)
    again = Joiner(Plan.objects.get())
    again.proves()
    who_operations.choose(again.flow, str(Customer.objects.get().pk), AT)
    assert again.step is Step.HELD


def test_paid_online_and_told_once(provider: ProviderClub) -> None:
    plan = a_paid_plan()
    joiner = Joiner(plan)
    flow = joiner.joins()
    ending_operations.finish(flow, AT)
    assert (joiner.step, letters()) == (Step.PAY, 0)
    # Who left and comes once more goes on with the same membership.
    again = Joiner(plan)
    again.proves()
    who_operations.choose(again.flow, str(Customer.objects.get().pk), AT)
    again.agrees()
    membership = Membership.objects.get()
    assert again.flow.membership == membership
    provider.pays(membership)
    provider.hears()
    assert joiner.step is Step.DONE
    ending_operations.finish_paid(AT)
    assert ending_operations.finish_paid(AT) == 0
    assert letters() == 1


def test_who_was_written_to_stands_before_nobody_else(
    provider: ProviderClub,
) -> None:
    """Of several flows that came to one membership none is looked at again once its letter is written."""
    plan = a_paid_plan()
    membership = Joiner(plan).joins().membership
    assert membership is not None
    provider.pays(membership)
    provider.hears()
    assert ending_operations.finish_paid(AT) == 1
    Flow.objects.create(
        secret_hash=b"x", began_at=AT, until=AT, membership=membership, customer=membership.customer
    )
    assert ending_operations.finish_paid(AT) == 1
    assert (ending_operations.finish_paid(AT), letters()) == (0, 1)


def test_a_flow_that_ran_out_while_somebody_paid(provider: ProviderClub) -> None:
    joiner = Joiner(a_paid_plan())
    membership = joiner.joins().membership
    assert membership is not None
    provider.pays(membership)
    provider.hears()
    later = AT + timedelta(hours=5)
    flow_operations.begin(None, None, later)
    assert ending_operations.finish_paid(later) == 1
    assert letters() == 1
