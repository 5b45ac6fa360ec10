"""Webhooks on the desk: an owner adds an endpoint, tests it, sees what became of it, sends again what failed."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.audit.models import Entry
from hub.webhooks.models import Delivery, Endpoint
from tests.hub.receiver import receiving
from tests.hub.webhook_drafts import queue_many
from tests.hub.webhook_queue import an_endpoint, delivering, states

pytestmark = pytest.mark.any_database

LIST = "/desk/webhooks/"
SAID = {"name": "Website", "url": "https://club.example/hooks?token=abc", "event_types": ["membership.created"]}


def secret_in(page: bytes) -> str:
    found = re.search(rb"whsec_[A-Za-z0-9+/=]+", page)
    assert found is not None, page.decode()
    return found.group().decode()


def test_an_endpoint_is_added_tested_and_told(owner_client: Client) -> None:
    with receiving() as receiver, delivering() as deliverer:
        answer = owner_client.post(f"{LIST}new/", SAID | {"url": receiver.url})
        secret = secret_in(answer.content)
        endpoint = Endpoint.objects.get()
        owner_client.post(f"{LIST}{endpoint.pk}/test/")
        deliverer.until_idle()
        assert receiver.got[0].verified(secret)["type"] == "webhook.test"
        page = owner_client.get(f"{LIST}{endpoint.pk}/").content.decode()
        assert "webhook.test" in page and "Delivered" in page
        assert secret not in page
        [delivery] = Delivery.objects.all()
        owner_client.post(f"/desk/webhook-deliveries/{delivery.pk}/replay/")
        deliverer.until_idle()
        assert len(receiver.got) == 2
        assert receiver.got[0].id in owner_client.get(f"/desk/webhook-deliveries/{delivery.pk}/").content.decode()


def test_another_secret_signs_beside_the_old_one_for_a_day(owner_client: Client) -> None:
    with receiving() as receiver, delivering() as deliverer:
        old = secret_in(owner_client.post(f"{LIST}new/", SAID | {"url": receiver.url}).content)
        endpoint = Endpoint.objects.get()
        new = secret_in(owner_client.post(f"{LIST}{endpoint.pk}/secret/").content)
        owner_client.post(f"{LIST}{endpoint.pk}/test/")
        deliverer.until_idle()
        assert receiver.got[0].verified(old) == receiver.got[0].verified(new)
        assert len(receiver.got[0].headers["webhook-signature"].split(" ")) == 2
        Endpoint.objects.update(old_secret_until=endpoint.created_at)
        owner_client.post(f"{LIST}{endpoint.pk}/test/")
        deliverer.until_idle()
        assert len(receiver.got[1].headers["webhook-signature"].split(" ")) == 1
    stored = bytes(Endpoint.objects.get().secret_encrypted)
    assert new.encode() not in stored


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"url": "http://club.example/hooks"}, "has to begin with https://"),
        ({"url": "https://10.0.0.7/hooks"}, "private network"),
        ({"url": "https://169.254.169.254/latest", "allow_private": "on"}, "no machine"),
        ({"url": "https://me:secret@club.example/"}, "no user, password"),
        ({"url": "club.example"}, "whole one"),
        ({"url": "https://club.example:99999/"}, "correct its host"),
        ({"event_types": []}, "required"),
        ({"name": " "}, "required"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    owner_client: Client, said: dict[str, object], text: str
) -> None:
    answer = owner_client.post(f"{LIST}new/", SAID | said)
    assert (answer.status_code, text in answer.content.decode()) == (422, True), answer.content.decode()
    assert not Endpoint.objects.exists()


def test_the_log_has_what_was_done_without_secret_and_token(owner_client: Client) -> None:
    owner_client.post(f"{LIST}new/", SAID)
    number = Endpoint.objects.get().pk
    change = {"name": "Shop", "event_types": ["redemption"], "with_personal_data": "on"}
    assert owner_client.post(f"{LIST}{number}/change/", change).status_code == 302
    owner_client.post(f"{LIST}{number}/enabled/")
    owner_client.post(f"{LIST}{number}/enabled/", {"enabled": ""})
    owner_client.post(f"{LIST}{number}/secret/")
    owner_client.post(f"{LIST}{number}/delete/")
    entries = Entry.objects.filter(thing_kind="endpoint").order_by("number")
    actions = ["created", "changed", "disabled", "enabled", "secret changed", "deleted"]
    assert [each.action for each in entries] == actions
    assert {each.actor for each in entries} == {"Owner"} or all("owner" in each.actor.lower() for each in entries)
    everything = repr([(each.before, each.after, each.thing) for each in entries])
    assert "token=abc" not in everything
    assert "whsec" not in everything


def test_what_was_given_up_is_sent_again_from_an_instant_on(owner_client: Client) -> None:
    endpoint = an_endpoint()
    queue_many(2)
    Delivery.objects.update(state="failed", attempts=10, error="no_such_host")
    page = owner_client.get(f"{LIST}{endpoint.pk}/?state=failed").content.decode()
    assert "Given up" in page and "its name is not known" in page
    owner_client.post(f"{LIST}{endpoint.pk}/replay/", {"since": "yesterday"})
    assert states() == ["failed", "failed"]
    answer = owner_client.post(f"{LIST}{endpoint.pk}/replay/", {"since": "2020-01-01T00:00"}, follow=True)
    assert "2 events are sent again" in answer.content.decode()
    assert states() == ["waiting", "waiting"]


def test_a_test_of_one_that_is_off_says_what_to_do(owner_client: Client) -> None:
    endpoint = an_endpoint()
    owner_client.post(f"{LIST}{endpoint.pk}/enabled/")
    answer = owner_client.post(f"{LIST}{endpoint.pk}/test/", follow=True)
    assert "switch it on first" in answer.content.decode()
    assert not Delivery.objects.exists()


@pytest.mark.both_databases
def test_questions_are_as_many_for_many_rows(owner_client: Client) -> None:
    endpoint = an_endpoint()
    queue_many(1)
    counts = []
    for more in (0, 29):
        queue_many(more, first=1)
        for address in (LIST, f"{LIST}{endpoint.pk}/"):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert owner_client.get(address).status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]


def test_nobody_but_owners_may(
    colleague_client: Client, admin_user_client: Client, outsider_client: Client, nobody_client: Client
) -> None:
    endpoint = an_endpoint()
    for client in (colleague_client, admin_user_client, outsider_client):
        assert client.get(LIST).status_code == 403
        assert client.post(f"{LIST}{endpoint.pk}/secret/").status_code == 403
        assert client.post(f"{LIST}{endpoint.pk}/delete/").status_code == 403
    assert nobody_client.get(LIST).status_code == 302
    assert Endpoint.objects.count() == 1
