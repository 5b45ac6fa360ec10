"""Endpoints' secrets: how long the one before counts, and what becomes of one that cannot be read."""

from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from hub.webhooks import operations, signing
from hub.webhooks.models import Delivery, Endpoint
from tests.hub.conftest import Database
from tests.hub.receiver import receiving
from tests.hub.webhook_drafts import queue_many
from tests.hub.webhook_queue import delivering, now

DAY = timedelta(days=1)


@pytest.mark.usefixtures("sqlite_database")
def test_the_one_before_counts_for_a_day() -> None:
    at = now()
    endpoint, before = operations.add_endpoint("Website", "https://club.example/", ["checkin.granted"], at)
    endpoint, secret = operations.rotate_secret(endpoint.pk, at)
    proof = signing.headers(endpoint, "one", at, "{}")
    for each in (before, secret):
        assert Webhook(each).verify("{}", proof) == {}
    for after, count in ((timedelta(), 2), (DAY - timedelta(seconds=1), 2), (DAY, 1)):
        assert len(signing.headers(endpoint, "one", at + after, "{}")["webhook-signature"].split()) == count


def test_one_that_cannot_be_read_stops_its_own_endpoint_alone(database: Database) -> None:
    with receiving() as one, receiving() as other, delivering() as deliverer:
        bad, _ = operations.add_endpoint("bad", one.url, ["checkin.granted"], now())
        operations.add_endpoint("good", other.url, ["checkin.granted"], now())
        Endpoint.objects.filter(pk=bad.pk).update(secret_encrypted=b"x" * 60)
        queue_many(2)
        deliverer.at = at = now()
        deliverer.until_idle()
        assert (len(one.got), len(other.got)) == (0, 2)
        kept = Delivery.objects.filter(endpoint=bad)
        assert set(kept.values_list("state", "error")) == {("waiting", "secret_unreadable")}
        _, secret = operations.rotate_secret(bad.pk, at)
        deliverer.at = at + timedelta(minutes=1)
        deliverer.until_idle()
        assert one.wait_for(2)[0].verified(secret)["type"] == "checkin.granted"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
