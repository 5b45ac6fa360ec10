"""A POST with an Idempotency-Key is done once, however often and at the same time it comes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from hub.api import idempotency
from hub.api.models import KeptAnswer
from hub.audit.models import Entry
from hub.members.models import Card, Customer
from tests.hub.api_client import Api, problem_of

pytestmark = pytest.mark.usefixtures("database")
THREADS = 8


def test_of_two_changes_at_once_of_the_same_thing_one_is_told() -> None:
    """Each had read it before."""
    api, together = Api(), Barrier(2)
    made = api.ask("POST", "/customers", {"name": "Member"})
    address = f"/customers/{made.json()['id']}"

    def change(name: str) -> int:
        together.wait()
        try:
            other = Api(secret=api.secret)
            return other.ask("PATCH", address, {"name": name}, If_Match=made["ETag"]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(change, ("One", "Two"))) == [200, 412]


def test_eight_at_once_make_one() -> None:
    api, together = Api(), Barrier(THREADS)

    def ask(_number: int) -> tuple[int, bytes]:
        together.wait()
        try:
            response = Api(secret=api.secret).ask("POST", "/customers", {"name": "Member"}, Idempotency_Key="one")
            return response.status_code, response.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        answers = set(threads.map(ask, range(THREADS)))
    assert [status for status, _ in answers] == [201]
    assert Customer.objects.count() == 1
    assert Entry.objects.filter(thing_kind="customer").count() == 1


def test_the_same_request_has_the_same_answer_with_the_card_s_code() -> None:
    api = Api()
    body = {"customer": api.post("/customers", {"name": "Member"})["id"]}
    first = api.ask("POST", "/cards", body, Idempotency_Key="card")
    again = api.ask("POST", "/cards", body, Idempotency_Key="card")
    assert again.content == first.content
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert Card.objects.count() == 1
    # At rest nobody reads it.
    code = first.json()["code"].encode()
    assert all(code not in bytes(each.answer) for each in KeptAnswer.objects.all())


def test_a_key_is_for_one_request() -> None:
    api, other = Api(), Api(name="Other")
    made = api.post("/customers", {"name": "Member"}, Idempotency_Key="one")
    changed = api.ask("POST", "/customers", {"name": "Another"}, Idempotency_Key="one")
    assert problem_of(changed) == "key-reused"
    assert problem_of(api.ask("POST", "/companies", {"name": "Member"}, Idempotency_Key="one")) == "key-reused"
    assert other.post("/customers", {"name": "Another"}, Idempotency_Key="one")["id"] != made["id"]
    assert problem_of(api.ask("POST", "/customers", {"name": "x"}, Idempotency_Key="a b")) == "invalid"


def test_what_was_refused_may_be_tried_again_with_its_key() -> None:
    api = Api()
    body: dict[str, Any] = {"customer": 1}
    assert problem_of(api.ask("POST", "/cards", body, Idempotency_Key="one")) == "rule"
    Customer.objects.create(pk=1, name="Member")
    api.post("/cards", body, Idempotency_Key="one")
    assert KeptAnswer.objects.count() == 1


def test_answers_are_forgotten_after_a_day() -> None:
    api = Api()
    first = api.post("/customers", {"name": "Member"}, Idempotency_Key="one")
    kept = KeptAnswer.objects.get()
    KeptAnswer.objects.update(at=kept.at - timedelta(hours=24))
    assert api.post("/customers", {"name": "Member"}, Idempotency_Key="one")["id"] != first["id"]
    KeptAnswer.objects.update(at=kept.at - timedelta(hours=24))
    api.post("/customers", {"name": "Other"}, Idempotency_Key="two")
    assert KeptAnswer.objects.count() == 1


def test_a_key_is_free_again_after_a_day_however_many_wait_to_be_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api()
    api.post("/customers", {"name": "Member"}, Idempotency_Key="one")
    KeptAnswer.objects.update(at=KeptAnswer.objects.get().at - timedelta(hours=24))
    monkeypatch.setattr(idempotency, "_PRUNE_AT_ONCE", 0)
    api.post("/customers", {"name": "Another"}, Idempotency_Key="one")
