"""Who gets into the API: every endpoint with every scope, without a token, and with one that does not count."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hub.api import rates, token_operations
from hub.api.models import ApiToken
from hub.api.scopes import Scope
from hub.api.service import api as service
from hub.rates.models import Spent
from hub.rates.operations import Limit, take
from tests.hub.api_client import Api, a_token, problem_of

pytest_plugins = ["tests.hub.colleagues"]
pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]

SCOPES = {
    "/customers": (Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE),
    "/companies": (Scope.COMPANIES_READ, Scope.COMPANIES_WRITE),
    "/links": (Scope.COMPANIES_READ, Scope.COMPANIES_WRITE),
    "/plans": (Scope.PLANS_READ, Scope.PLANS_WRITE),
    "/permissions": (Scope.PLANS_READ, Scope.PLANS_WRITE),
    "/memberships": (Scope.MEMBERSHIPS_READ, Scope.MEMBERSHIPS_WRITE),
    "/cards": (Scope.CARDS_READ, Scope.CARDS_WRITE),
    "/check-ins": (Scope.CHECKINS_READ, None),
    "/edges": (Scope.EDGES_READ, None),
    "/access": (None, Scope.ACCESS_CHECK),
}
"""What an address asks for, to read and to write."""


def operations() -> Iterator[tuple[str, str, Scope]]:
    for path, methods in service.get_openapi_schema()["paths"].items():
        address = path.removeprefix("/api/v1").replace("{id}", "1").replace("{slug}", "x").replace("{name}", "x")
        for method in methods:
            read, write = SCOPES["/" + address.split("/")[1]]
            needed = Scope.ACCESS_CHECK if address.endswith("/permissions") and "1" in address else read
            yield method.upper(), address, needed if method == "get" else write


def test_each_endpoint_lets_in_its_own_scope_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "OF_A_TOKEN", Limit("token", 100_000, 60))
    clients = {scope: Api(scope, name=scope) for scope in Scope}
    assert len(list(operations())) > 40
    for method, address, needed in operations():
        for scope, client in clients.items():
            response = client.ask(method, address)
            told = problem_of(response) if response.status_code >= 400 else ""
            assert (told == "scope-missing") is (scope is not needed), (method, address, scope, response.content)


def test_without_a_token_that_counts_nothing_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "OF_WRONG_TOKENS", Limit("address", 100_000, 60))
    gone, over = a_token(name="Gone"), a_token(name="Over")
    token_operations.revoke_token(ApiToken.objects.get(name="Gone"), timezone.now())
    ApiToken.objects.filter(name="Over").update(expires_at=timezone.now())
    wrong = ["", "dw_", gone, over, token_operations.new_secret(), gone[:-1] + "é"]
    for method, address, _ in operations():
        assert problem_of(Client(SERVER_NAME="127.0.0.1").generic(method, f"/api/v1{address}")) == "no-token"
    for secret in wrong:
        response = Api(secret=secret).ask("GET", "/customers")
        assert problem_of(response) == "no-token"
        assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_session_is_no_token(owner_client: Client, colleague_client: Client, outsider_client: Client) -> None:
    for client in (owner_client, colleague_client, outsider_client):
        assert problem_of(client.get("/api/v1/customers")) == "no-token"
    assert owner_client.get("/api/v1/openapi.json").status_code == 200
    for client in (colleague_client, outsider_client):
        assert problem_of(client.get("/api/v1/openapi.json")) == "no-token"
    assert Api(Scope.CARDS_READ).get("/openapi.json")["info"]["title"] == "Doorward"


@pytest.mark.both_databases
def test_a_token_s_use_is_noted_once_a_minute() -> None:
    api = Api()
    api.get("/customers")
    first = ApiToken.objects.get().last_used_at
    api.get("/customers")
    assert ApiToken.objects.get().last_used_at == first
    earlier = first - timedelta(minutes=2)
    ApiToken.objects.update(last_used_at=earlier)
    api.get("/customers")
    assert ApiToken.objects.get().last_used_at > earlier


def test_who_asks_too_often_is_told_when_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "OF_A_TOKEN", Limit("token", 3, 600))
    api, other = Api(), Api(name="Other")
    left = [api.ask("GET", "/customers")["RateLimit"] for _ in range(3)]
    assert [each.split(";")[1] for each in left] == ["r=2", "r=1", "r=0"]
    refused = api.ask("GET", "/customers")
    assert (problem_of(refused), refused["RateLimit-Policy"]) == ("too-many", '"token";q=3;w=600')
    assert 190 <= int(refused["Retry-After"]) <= 200
    assert other.ask("GET", "/customers").status_code == 200


def test_wrong_tokens_are_counted_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "OF_WRONG_TOKENS", Limit("address", 2, 600))
    wrong, right = Api(secret="dw_wrong"), Api()
    assert [problem_of(wrong.ask("GET", "/customers")) for _ in range(3)] == ["no-token", "no-token", "too-many"]
    assert right.ask("GET", "/customers").status_code == 200


def test_limits_that_are_free_again_are_forgotten() -> None:
    now = timezone.now()
    take(rates.OF_A_TOKEN, "old", now - timedelta(days=2))
    take(rates.OF_A_TOKEN, "of today", now - timedelta(hours=20))
    take(rates.OF_A_TOKEN, "new", now)
    assert {each.whose for each in Spent.objects.all()} == {"token:of today", "token:new"}


def test_the_limit_comes_back_evenly() -> None:
    limit, now = Limit("token", 4, 40), timezone.now()
    assert [take(limit, "a", now).granted for _ in range(5)] == [True] * 4 + [False]
    assert take(limit, "a", now).wait_s == 10
    assert take(limit, "a", now + timedelta(seconds=10)).granted
    assert not take(limit, "a", now + timedelta(seconds=10)).granted
    assert take(limit, "a", now + timedelta(seconds=100)).remaining == 3
