"""The API as an integrator meets it, for its tests: a token, and requests through the whole of Django."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from hub.api import token_operations
from hub.api.scopes import Scope

PROBLEM = "application/problem+json"


def a_token(scopes: Iterable[str] = tuple(Scope), name: str = "Website", days: int = 30) -> str:
    now = timezone.now()
    return token_operations.make_token(name, list(scopes), now + timedelta(days=days), now)[1]


class Api:
    """With a token of all scopes, or of those that are said."""

    def __init__(self, *scopes: str, secret: str | None = None, name: str = "Website") -> None:
        self.client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
        self.secret = a_token(scopes or tuple(Scope), name) if secret is None else secret

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        said = {"Authorization": f"Bearer {self.secret}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.generic(method, f"/api/v1{path}", headers=said, **sent)

    def get(self, path: str, status: int = 200) -> Any:
        return _body(self.ask("GET", path), status)

    def post(self, path: str, body: Any = None, status: int = 201, **headers: str) -> Any:
        return _body(self.ask("POST", path, body, **headers), status)

    def patch(self, path: str, body: Any, status: int = 200, **headers: str) -> Any:
        return _body(self.ask("PATCH", path, body, **headers), status)

    def delete(self, path: str, status: int = 204) -> Any:
        return _body(self.ask("DELETE", path), status)


def problem_of(response: HttpResponse) -> str:
    """The last part of its type; it has to be a problem in all its fields."""
    assert response["Content-Type"] == PROBLEM, response.content
    said = json.loads(response.content)
    assert said["status"] == response.status_code
    assert said["title"]
    return said["type"].rpartition(":")[2]


def _body(response: HttpResponse, status: int) -> Any:
    assert response.status_code == status, (response.status_code, response.content)
    return json.loads(response.content) if response.content else None
