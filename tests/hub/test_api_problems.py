"""Every error of the API is a problem, whoever refused: an endpoint, ninja, Django, or a fault of ours."""

import pytest
from django.test import Client

from hub.api.gate import BODY_BYTES_MAX
from hub.members import operations
from tests.hub.api_client import Api, problem_of

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


def test_what_is_not_there() -> None:
    api = Api()
    for path in ("/customers/999", "/nowhere", "/permissions/none", "/edges/none", f"/check-ins/{'0' * 32}"):
        assert problem_of(api.ask("GET", path)) == "not-found"
    assert problem_of(Client(SERVER_NAME="127.0.0.1").get("/api/v2/customers")) == "not-found"


def test_a_method_that_is_not_known_names_those_that_are() -> None:
    response = Api().ask("PUT", "/customers/1", {})
    assert problem_of(response) == "method-not-allowed"
    assert set(response["Allow"].split(", ")) == {"GET", "PATCH", "DELETE"}


def test_bodies_that_cannot_be_read() -> None:
    api = Api()
    said = {"Authorization": f"Bearer {api.secret}"}
    for body in (b"{", b"\xff", b'{"name": NaN}', b"[" * 100_000):
        response = api.client.generic("POST", "/api/v1/customers", body, "application/json", headers=said)
        assert problem_of(response) == "bad-request", body[:20]
    form = api.client.post("/api/v1/customers", {"name": "Member"}, headers=said)
    assert problem_of(form) == "not-json"
    assert problem_of(api.ask("POST", "/customers", {"name": "x" * BODY_BYTES_MAX})) == "too-large"


def test_another_host_is_refused_as_a_problem() -> None:
    client = Client(SERVER_NAME="elsewhere.example")
    assert problem_of(client.get("/api/v1/customers")) == "bad-request"


def test_what_is_misspelt_is_not_passed_over() -> None:
    api = Api()
    for path in (
        "/customers?emial=a@club.example",
        "/customers?limit=0",
        "/customers?limit=1.0",
        "/customers?plan=x",
    ):
        assert problem_of(api.ask("GET", path)) == "invalid", path
    wrong = api.post("/customers", {"nmae": "Member"}, 422)
    assert [each["where"] for each in wrong["errors"]] == [["body", "name"], ["body", "nmae"]]


def test_what_no_schema_can_tell_is_a_rule_s_matter() -> None:
    api = Api()
    wrong = api.post("/customers", {"name": "Member", "email": "nobody"}, 422)
    assert (wrong["type"].rpartition(":")[2], wrong["errors"][0]["where"]) == ("rule", ["body", "email"])
    unknown = api.post("/links", {"customer": 1, "company": 1}, 422)
    assert unknown["errors"] == [{"where": ["body", "customer"], "message": "there is no customer 1"}]
    assert problem_of(api.ask("GET", "/customers?cursor=AAAA")) == "rule"


def test_a_fault_of_ours_tells_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_customer: object) -> None:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(operations, "save_customer", fail)
    api = Api()
    response = api.ask("POST", "/customers", {"name": "Member"}, Idempotency_Key="1")
    assert problem_of(response) == "error"
    assert b"secret" not in response.content
    monkeypatch.undo()
    api.post("/customers", {"name": "Member"}, Idempotency_Key="1")


@pytest.mark.both_databases
def test_a_change_of_what_was_changed_meanwhile_is_refused() -> None:
    api = Api()
    id = api.post("/customers", {"name": "Member"})["id"]
    etag = api.ask("GET", f"/customers/{id}")["ETag"]
    assert api.ask("PATCH", f"/customers/{id}", {"phone": "1"}, If_Match=etag)["ETag"] != etag
    assert problem_of(api.ask("PATCH", f"/customers/{id}", {"phone": "2"}, If_Match=etag)) == "changed-meanwhile"
    api.patch(f"/customers/{id}", {"phone": "2"}, If_Match="*")
    assert api.patch(f"/customers/{id}", {"phone": "3"})["phone"] == "3"


def test_no_other_site_may_read_an_answer_and_no_cache_keeps_it() -> None:
    response = Api().ask("GET", "/customers", Origin="https://elsewhere.example")
    assert "Access-Control-Allow-Origin" not in response
    assert response["Cache-Control"] == "no-store"
