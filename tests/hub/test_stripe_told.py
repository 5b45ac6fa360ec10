"""What Stripe tells comes late, twice, out of order or never, and from others; and Stripe is away when asked: in
the end every membership is as Stripe has it. At the fake alone.
"""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from contract.membership import Detail
from demo.fake_stripe.faults import Kind
from demo.fake_stripe.webhooks import body_of, signature
from hub.billing import changing_operations, checkout_operations, queries
from hub.billing.models import Checkout, ProviderEvent, Refund
from hub.billing.port import ProviderAway
from hub.billing.reconciling import Reconciling
from hub.members.models import Membership
from tests.hub.billed_club import BACK, DAY, PAID, WEBHOOK, BilledClub, billed_by, fresh, post
from tests.hub.conftest import Database
from tests.hub.stripe_driver import LATER, SECRET, FakeDriver


@pytest.fixture
def here(database: Database, fake_stripe: FakeDriver, monkeypatch: pytest.MonkeyPatch) -> Iterator[BilledClub]:
    monkeypatch.setattr("stripe._http_client.HTTPClient.INITIAL_DELAY", 0.01)
    with billed_by(fake_stripe) as club:
        yield club


def reference(here: BilledClub, membership: Membership) -> str:
    return here.subscription(membership).reference or ""


def payment_of(here: BilledClub, membership: Membership) -> str:
    return queries.payments_of(membership).get().reference or ""


def lose(here: BilledClub) -> list[dict[str, object]]:
    return list(here.driver.fake.webhooks.lose())


def test_a_day_late(here: BilledClub) -> None:
    membership = here.join()
    here.driver.pass_time(fresh(membership).ends_at - here.driver.now() + LATER)
    here.driver.pass_time(DAY)
    assert here.detail(membership) is Detail.GRACE
    here.told()
    assert here.detail(membership) is Detail.CURRENT


@pytest.mark.parametrize("backwards", [True, False])
def test_each_three_times_and_backwards(here: BilledClub, backwards: bool) -> None:
    membership = here.join()
    here.driver.fake.new_card(here.driver.fake.world.all("customer")[-1]["id"], pays=False)
    here.driver.pass_time(fresh(membership).ends_at - here.driver.now() + LATER)
    kept = ProviderEvent.objects.count()
    waiting = len(here.driver.fake.webhooks.waiting)
    here.driver.fake.webhooks.deliver(backwards=backwards, times=3)
    assert ProviderEvent.objects.count() - kept <= waiting
    here.looked()
    assert here.detail(membership) is Detail.GRACE


def test_lost_for_ever_and_caught_up(here: BilledClub) -> None:
    membership = here.join(pays=False)
    started = checkout_operations.begin_checkout(membership, PAID, BACK, here.driver.now())
    here.driver.fake.pay(started.reference)
    lose(here)
    here.looked()
    assert here.detail(membership) is Detail.PENDING
    assert here.reconciling.catch_up() > 0
    here.looked()
    assert here.detail(membership) is Detail.CURRENT


def test_lost_and_not_even_in_the_list_the_daily_round_finds_it(here: BilledClub) -> None:
    membership = here.join()
    here.driver.fake.world.all("subscription")[0]["cancel_at_period_end"] = True
    lose(here)
    Reconciling(here.driver.provider, here.driver.now).sweep()
    assert here.detail(membership) is Detail.CANCELLING


def test_forged_old_and_of_another_account(here: BilledClub) -> None:
    membership = here.join()
    fake = here.driver.fake
    event = fake.world.all("event")[-1]
    ProviderEvent.objects.all().delete()
    assert fake.webhooks.send(event, secret="whsec_forged") == 400
    assert fake.webhooks.send(event, age_s=301) == 400
    assert fake.webhooks.send({**event, "account": "acct_other"}) == 200
    assert post(body_of(event), "") == 400
    assert not ProviderEvent.objects.exists()
    assert here.detail(membership) is Detail.CURRENT


def test_what_is_signed_is_taken_however_much_was_forged(here: BilledClub) -> None:
    fake = here.driver.fake
    here.join()
    event = fake.world.all("event")[-1]
    answers = [fake.webhooks.send(event, secret="whsec_forged") for _ in range(25)]
    assert set(answers) == {400, 429} and answers[-1] == 429
    assert fake.webhooks.send(event) == 200


def test_only_what_fits_by_post_and_where_stripe_is_set_up(here: BilledClub) -> None:
    assert Client(SERVER_NAME="127.0.0.1").get(WEBHOOK).status_code == 405
    large = b"x" * 1_048_577
    assert post(large, signature(large, SECRET, 1)) == 413
    assert post(b"", "") == 413


def test_nothing_is_taken_where_stripe_is_not_set_up(database: Database) -> None:
    assert post(b"{}", "t=1,v1=00") == 404


def test_no_secret_and_no_body_in_the_log(here: BilledClub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    body = b'{"email": "ada@club.example"}'
    assert post(body, signature(body, "whsec_forged", 1)) == 400
    here.join()
    assert "refused" in caplog.text
    for secret in ("ada@", SECRET, "sk_test", "whsec"):
        assert secret not in caplog.text


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.HANGS])
def test_stripe_away_when_the_worker_asks(here: BilledClub, kind: Kind) -> None:
    membership = here.join(pays=False)
    started = checkout_operations.begin_checkout(membership, PAID, BACK, here.driver.now())
    here.driver.fake.pay(started.reference)
    here.driver.fake.breaks(kind, times=1_000)
    here.driver.fake.webhooks.deliver()
    with pytest.raises(ProviderAway):
        here.reconciling.turn()
    with pytest.raises(ProviderAway):
        here.reconciling.catch_up()
    assert here.detail(membership) is Detail.PENDING
    here.driver.fake.faults.clear()
    here.driver.pass_time(timedelta(minutes=1))
    here.looked()
    assert here.detail(membership) is Detail.CURRENT


@pytest.mark.parametrize("kind", [Kind.SERVER_ERROR, Kind.CUT_AFTER])
def test_stripe_away_when_somebody_wants_to_pay(here: BilledClub, kind: Kind) -> None:
    membership = here.join(pays=False)
    here.driver.fake.breaks(kind, times=10)
    with pytest.raises(ProviderAway):
        checkout_operations.begin_checkout(membership, PAID, BACK, here.driver.now())
    here.driver.fake.faults.clear()
    checkout_operations.begin_checkout(membership, PAID, BACK, here.driver.now())
    assert len(here.driver.fake.world.all("checkout.session")) == Checkout.objects.count() == 1


@pytest.mark.parametrize("kind", [Kind.SERVER_ERROR, Kind.CUT_AFTER])
def test_stripe_away_when_money_is_given_back(here: BilledClub, kind: Kind) -> None:
    membership = here.join()
    payment = queries.payments_of(membership).get()
    here.driver.fake.breaks(kind, times=10)
    with pytest.raises(ProviderAway):
        changing_operations.refund(payment, 500, here.driver.now())
    here.driver.fake.faults.clear()
    changing_operations.refund(payment, 500, here.driver.now())
    here.told()
    assert [each.cents for each in Refund.objects.all()] == [500]
    assert len(here.driver.fake.world.all("refund")) == 1


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_is_shown_and_changes_nobodys_access(here: BilledClub, won: bool) -> None:
    membership = here.join()
    dispute = here.driver.fake.dispute(payment_of(here, membership))
    here.told()
    assert queries.to_look_at().count() == 1
    here.driver.fake.close_dispute(dispute, won)
    here.told()
    assert queries.to_look_at().count() == (0 if won else 1)
    assert here.detail(membership) is Detail.CURRENT


def test_a_refund_made_at_stripe_is_seen(here: BilledClub) -> None:
    membership = here.join()
    here.driver.fake.refund(payment_of(here, membership), 700)
    here.told()
    assert [each.cents for each in Refund.objects.all()] == [700]


@pytest.mark.parametrize("pays", [True, False])
def test_a_bank_that_asks_for_a_confirmation(here: BilledClub, pays: bool) -> None:
    membership = here.join(pays=False)
    started = checkout_operations.begin_checkout(membership, PAID, BACK, here.driver.now())
    begun = here.driver.fake.begin_incomplete(started.reference)["id"]
    here.told()
    assert here.detail(membership) is Detail.PENDING
    if pays:
        here.driver.fake.confirm(begun)
    here.pass_time(timedelta(hours=24))
    assert here.detail(membership) is (Detail.CURRENT if pays else Detail.PAYMENT_FAILED)


def test_paused_and_resumed(here: BilledClub) -> None:
    membership = here.join()
    here.driver.client.v1.subscriptions.pause(reference(here, membership), {"type": "subscription"})
    here.told()
    here.pass_time(40 * DAY)
    assert here.detail(membership) is Detail.SUSPENDED
    here.driver.client.v1.subscriptions.resume(reference(here, membership))
    here.told()
    assert here.detail(membership) is Detail.CURRENT


def test_unpaid_and_paid_after_all(here: BilledClub) -> None:
    here.driver.fake.world.after_retries = "unpaid"
    membership = here.join()
    customer = here.driver.fake.world.all("customer")[-1]["id"]
    here.driver.fake.new_card(customer, pays=False)
    here.to_the_end(membership)
    here.pass_time(20 * DAY)
    assert here.detail(membership) is Detail.PAYMENT_FAILED
    open_ones = [each for each in here.driver.fake.world.all("invoice") if each["status"] == "open"]
    here.driver.fake.pay_invoice(open_ones[0]["id"])
    here.told()
    assert here.detail(membership) is Detail.CURRENT


def live(here: BilledClub, luck: random.Random, membership: Membership, customer: str) -> None:
    """Something happens to it at Stripe, or time passes."""
    fake = here.driver.fake
    number = reference(here, membership)
    running = fake.world.things[number]["status"] not in ("canceled", "incomplete_expired")
    what = luck.choice(["time", "time", "good", "bad", "cancel", "keep", "dispute"])
    if what == "time":
        fake.pass_time(luck.randrange(1, 20) * 24 * 3600)
    elif what in ("good", "bad"):
        fake.new_card(customer, pays=what == "good")
    elif what == "dispute":
        fake.dispute(
            luck.choice([each for each in fake.world.all("payment_intent") if each["latest_charge"]])["id"]
        )
    elif running:
        here.driver.client.v1.subscriptions.update(number, {"cancel_at_period_end": what == "cancel"})


@pytest.mark.any_database
@pytest.mark.parametrize("seed", range(8))
def test_in_whatever_order_it_ends_as_stripe_has_it(here: BilledClub, seed: int) -> None:
    luck = random.Random(seed)
    membership = here.join()
    customer = here.driver.fake.world.all("customer")[-1]["id"]
    webhooks = here.driver.fake.webhooks
    for _ in range(12):
        live(here, luck, membership, customer)
        luck.shuffle(webhooks.waiting)
        kept = webhooks.waiting[: len(webhooks.waiting) // 2]
        webhooks.waiting = webhooks.waiting[len(kept) :]
        webhooks.deliver(times=luck.choice([1, 2]))
        webhooks.waiting = kept
        here.looked()
    webhooks.deliver(backwards=True)
    here.looked()
    told = fresh(membership)
    here.reconciling.sweep()
    swept = fresh(membership)
    assert _terms(told) == _terms(swept)
    state = here.driver.provider.subscription(reference(here, membership)).state
    assert here.subscription(membership).state == state


def _terms(held: Membership) -> tuple[object, ...]:
    return held.ends_at, held.at_end, held.grace_hours, held.pending, held.billed_by, held.plan_id
