"""Endpoints that are switched off by themselves: gone for good, or taking nothing for five days."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.audit.models import Entry
from hub.webhooks.models import Delivery, Endpoint
from hub.webhooks.operations import enable_endpoint
from tests.hub.conftest import Database
from tests.hub.receiver import receiving
from tests.hub.webhook_drafts import queue_many
from tests.hub.webhook_queue import Deliverer, an_endpoint, delivering, now, states


@pytest.fixture
def deliverer(database: Database) -> Iterator[Deliverer]:
    with delivering() as deliverer:
        yield deliverer


def test_one_that_says_that_it_is_gone(deliverer: Deliverer) -> None:
    with receiving(code=410) as receiver:
        an_endpoint(receiver.url)
        queue_many(1)
        deliverer.until_idle()
    endpoint = Endpoint.objects.get()
    assert (endpoint.disabled_why, endpoint.disabled_at is not None) == ("gone", True)
    entry = Entry.objects.get(thing_kind="endpoint", action="disabled")
    assert entry.actor == "the hub"


def test_one_that_took_nothing_for_five_days(deliverer: Deliverer) -> None:
    with receiving(code=500) as receiver:
        endpoint = an_endpoint(receiver.url)
        queue_many(12)
        begun = deliverer.at = now()
        deliverer.until_idle()
        assert Endpoint.objects.get().failures == 12
        for days in (4, 5):
            Delivery.objects.update(next_at=begun)
            deliverer.at = begun + timedelta(days=days)
            deliverer.until_idle()
            assert (Endpoint.objects.get().disabled_why == "failing") is (days == 5)
        tries = len(receiver.got)
        deliverer.at = begun + timedelta(days=9)
        deliverer.until_idle()
        assert len(receiver.got) == tries
        receiver.code = 200
        enable_endpoint(endpoint.pk)
        deliverer.until_idle()
    assert set(states()) == {"delivered"}
    again = Endpoint.objects.get()
    assert (again.disabled_at, again.failing_since, again.failures) == (None, None, 0)


def test_what_it_takes_now_and_then_keeps_it_on(deliverer: Deliverer) -> None:
    with receiving(code=500) as receiver:
        an_endpoint(receiver.url)
        queue_many(12)
        begun = deliverer.at = now()
        deliverer.until_idle()
        receiver.code = 200
        queue_many(1, first=12)
        deliverer.at = now()
        deliverer.until_idle()
        receiver.code = 500
        deliverer.at = begun + timedelta(days=6)
        deliverer.until_idle()
    endpoint = Endpoint.objects.get()
    assert (endpoint.disabled_at, endpoint.failing_since) == (None, deliverer.at)
