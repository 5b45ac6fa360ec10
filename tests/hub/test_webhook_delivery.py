"""Events on their way to real HTTP servers on the loopback, which answer well, badly, late or not at all."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from standardwebhooks import WebhookVerificationError

from hub.members import operations as members
from hub.members.models import Company, Customer, Link
from hub.webhooks import delivery_operations, operations
from hub.webhooks.delivery_operations import LEASE, Outcome
from hub.webhooks.models import Delivery, Endpoint, Event
from hub.webhooks.queueing import Wanted
from hub.webhooks.sending import Answer
from tests.hub.conftest import Database
from tests.hub.receiver import Receiver, closed_port, receiving
from tests.hub.webhook_drafts import queue_many
from tests.hub.webhook_queue import PATIENCE_S, Deliverer, an_endpoint, collect, delivering, now, started, states


@pytest.fixture
def deliverer(database: Database) -> Iterator[Deliverer]:
    with delivering() as deliverer:
        yield deliverer


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_what_comes_is_proven_and_says_what_happened(deliverer: Deliverer, receiver: Receiver) -> None:
    _, secret = operations.add_endpoint("Website", receiver.url, ["company.linked"], now())
    collecting = started()
    customer = members.save_customer(Customer(name="Ann", email="ann@club.example", external_id="c-7"))
    link = members.save_link(Link(customer=customer, company=members.save_company(Company(name="One"))))
    collect(collecting)
    deliverer.until_idle()
    [got] = receiver.got
    told = got.verified(secret)
    assert (told["type"], told["data"]["customer"]) == (
        "company.linked",
        {"id": customer.pk, "external_id": "c-7"},
    )
    assert told["data"]["company"] == {"id": link.company_id, "external_id": None}
    assert (got.id, got.path) == (Event.objects.get().event_id, "/hooks")
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["content-type"] == "application/json"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.code, delivery.answer, delivery.attempts) == ("delivered", 200, "ok", 1)
    with pytest.raises(WebhookVerificationError):
        got.verified("whsec_" + "A" * 32)


def test_names_come_where_they_are_asked_for(deliverer: Deliverer, receiver: Receiver) -> None:
    an_endpoint(receiver.url, with_personal_data=True)
    collecting = started()
    customer = members.save_customer(Customer(name="Ann", email="ann@club.example"))
    members.save_link(Link(customer=customer, company=members.save_company(Company(name="One"))))
    collect(collecting)
    deliverer.until_idle()
    told = json.loads(receiver.got[0].body)["data"]
    assert (told["customer"]["name"], told["customer"]["email"]) == ("Ann", "ann@club.example")
    assert told["company"]["name"] == "One"


@pytest.mark.parametrize(
    ("behaviour", "code", "error"),
    [
        ({"code": 500, "answer": b"broken"}, 500, ""),
        ({"code": 404}, 404, ""),
        ({"code": 302, "headers": {"location": "/elsewhere"}}, 302, ""),
        ({"garbage": True}, None, "no_http"),
    ],
)
def test_what_is_not_taken_is_tried_again(
    deliverer: Deliverer, behaviour: dict[str, object], code: int | None, error: str
) -> None:
    with receiving(**behaviour) as receiver:
        an_endpoint(receiver.url)
        queue_many(1)
        deliverer.at = at = now()
        deliverer.until_idle()
        assert len(receiver.got) == 1
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.code, delivery.error) == ("waiting", code, error)
        assert delivery.next_at == at + timedelta(seconds=5)
        receiver.code, receiver.garbage = 200, False
        deliverer.at = at + timedelta(seconds=5)
        deliverer.until_idle()
        assert len({each.id for each in receiver.got}) == 1
        assert (len(receiver.got), states()) == (2, ["delivered"])


def test_no_cookie_is_kept(deliverer: Deliverer) -> None:
    """Several receivers may stand behind one address."""
    with receiving(headers={"set-cookie": "theirs=secret; Path=/"}) as one, receiving() as other:
        for number, each in enumerate((one, other, one)):
            Endpoint.objects.all().delete()
            an_endpoint(each.url)
            queue_many(1, first=number)
            deliverer.until_idle()
        assert [len(one.got), len(other.got)] == [2, 1]
        assert not any("cookie" in each.headers for each in one.got + other.got)


def test_no_proxy_is_asked(sqlite_database: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine's own environment says: an address that was checked is where a message goes."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{closed_port()}")
    with delivering() as deliverer:
        an_endpoint(receiver.url)
        queue_many(1)
        deliverer.until_idle()
    assert states() == ["delivered"]


def test_only_the_latest_takers_word_counts(database: Database) -> None:
    endpoint, at = an_endpoint(), now()
    queue_many(1)
    for attempt in (1, 2):
        [taken] = delivery_operations.take({}, 1, at + attempt * LEASE)
        assert taken.attempts == attempt
    for attempt, state in ((1, "waiting"), (2, "delivered")):
        delivery_operations.record([Outcome(endpoint.pk, taken.pk, attempt, Answer(200), at + 2 * LEASE, 0.0)])
        assert states() == [state]


def test_who_hangs_is_given_up(database: Database) -> None:
    with receiving(hangs=True) as receiver, delivering(whole_s=0.3) as deliverer:
        an_endpoint(receiver.url)
        queue_many(1)
        deliverer.until_idle()
        assert Delivery.objects.get().error == "timeout"


def test_nobody_is_there(deliverer: Deliverer) -> None:
    an_endpoint(f"http://127.0.0.1:{closed_port()}/hooks")
    queue_many(1)
    deliverer.until_idle()
    assert Delivery.objects.get().error == "no_connection"


def test_of_an_answer_4_kb_are_kept(deliverer: Deliverer) -> None:
    with receiving(code=500, answer=b"\x00\x1b[31m" + b"a" * 1_000_000) as receiver:
        an_endpoint(receiver.url)
        queue_many(1)
        deliverer.until_idle()
    kept = Delivery.objects.get().answer
    assert kept.startswith("[31maaa")
    assert 4_000 < len(kept) <= 4_096


def test_after_ten_attempts_in_three_days_it_is_given_up(deliverer: Deliverer) -> None:
    with receiving(code=503) as receiver:
        an_endpoint(receiver.url)
        queue_many(1)
        begun = deliverer.at = now()
        while states() == ["waiting"]:
            deliverer.until_idle()
            deliverer.at = Delivery.objects.get().next_at
        assert len(receiver.got) == 10
    assert timedelta(days=3) < deliverer.at - begun < timedelta(days=3.5)
    assert states() == ["failed"]


def test_a_receiver_may_ask_for_time(deliverer: Deliverer) -> None:
    with receiving(code=429, headers={"retry-after": "900"}) as receiver:
        an_endpoint(receiver.url)
        queue_many(1)
        deliverer.at = at = now()
        deliverer.until_idle()
    assert Delivery.objects.get().next_at == at + timedelta(seconds=900)


def test_one_that_is_slow_holds_no_other_up(database: Database, receiver: Receiver) -> None:
    with receiving(hangs=True) as slow, delivering() as deliverer:
        an_endpoint(slow.url)
        an_endpoint(receiver.url)
        queue_many(40)
        while len(receiver.got) < 40:
            deliverer.turn()
            deliverer.news.wait(0.05)
        assert len(slow.got) <= 8


def test_what_a_worker_that_died_had_taken_goes_out_again_under_its_id(database: Database) -> None:
    with receiving(hangs=True) as receiver:
        an_endpoint(receiver.url)
        queue_many(1)
        with delivering() as dying:
            dying.turn()
            receiver.wait_for(1)
        receiver.hangs = False
        with delivering() as next_one:
            next_one.until_idle()
            assert len(receiver.got) == 1
            next_one.at = now() + LEASE
            next_one.until_idle()
        assert len({each.id for each in receiver.wait_for(2)}) == 1
    assert (states(), Delivery.objects.get().attempts) == (["delivered"], 2)


def test_two_workers_share_the_queue_and_send_nothing_twice(database: Database, receiver: Receiver) -> None:
    an_endpoint(receiver.url)
    queue_many(300)

    def work() -> None:
        try:
            with delivering() as deliverer:
                deliverer.until_idle()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    with delivering() as rest:
        rest.until_idle()
    assert (len(receiver.got), len({each.id for each in receiver.got})) == (300, 300)
    assert set(states()) == {"delivered"}


def test_a_clock_that_was_wrong_holds_nothing_back(deliverer: Deliverer, receiver: Receiver) -> None:
    an_endpoint(receiver.url)
    queue_many(2)
    ahead = now() + timedelta(days=400)
    first, second = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(next_at=ahead)
    Delivery.objects.filter(pk=second.pk).update(leased_until=ahead)
    deliverer.until_idle()
    assert states() == ["delivered", "delivered"]


def test_a_queue_that_is_full_says_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.webhooks.queueing.WAITING_MAX", 5)
    an_endpoint()
    queue_many(3)
    queue_many(4, first=3)
    assert (Delivery.objects.count(), Endpoint.objects.get().missed) == (5, 2)
    assert Wanted.now().any_of(["checkin.granted"])


def test_of_ten_thousand_events_the_oldest_leave_first(deliverer: Deliverer, receiver: Receiver) -> None:
    an_endpoint(receiver.url)
    queue_many(10_000)
    while len(receiver.got) < 500:
        deliverer.turn()
        assert deliverer.news.wait(PATIENCE_S)
        deliverer.news.clear()
    numbers = [json.loads(each.body)["data"]["number"] for each in list(receiver.got)]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < 600
    assert Delivery.objects.filter(state="waiting").count() > 9_000


def test_failed_ones_are_sent_again_when_somebody_asks(deliverer: Deliverer, receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver.url)
    queue_many(3)
    Delivery.objects.update(state="failed", attempts=10)
    assert delivery_operations.replay_failed(endpoint.pk, now() + timedelta(hours=1), now()) == 0
    assert delivery_operations.replay_failed(endpoint.pk, now() - timedelta(days=999), now()) == 3
    deliverer.until_idle()
    assert states() == ["delivered"] * 3
    assert delivery_operations.replay(Delivery.objects.earliest("pk").pk, now())
    deliverer.until_idle()
    assert len(receiver.got) == 4
    assert not delivery_operations.replay(0, now())
