"""What every answer says to a browser, names of static files, and the two addresses that tell of health."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.test import Client, RequestFactory
from django.utils import timezone

from hub import health
from hub.page_policy import PagePolicyMiddleware, framed_by, loaded_by_others
from hub.urls import refuse
from hub.watch.operations import note_worker
from tests.hub.colleagues import client_of
from tests.hub.conftest import Database

STRICT = ("/account/login/", "/desk/", "/api/v1/openapi.json", "/nothing/here", "/healthz", "/metrics")


@pytest.mark.parametrize("path", STRICT)
def test_a_page_loads_from_the_hub_alone(sqlite_database: Database, owner: User, path: str) -> None:
    for client in (client_of(owner), client_of(None)):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]


def test_what_others_wrote_has_a_policy_of_its_own_and_loads_nothing_from_elsewhere(
    sqlite_database: Database, owner: User
) -> None:
    back_office = client_of(owner).get("/admin/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-inline' 'unsafe-eval'" in back_office
    swagger = client_of(owner).get("/desk/api/").headers["Content-Security-Policy"]
    assert "img-src 'self' data:" in swagger
    assert "unsafe" not in swagger
    for policy in (back_office, swagger):
        assert "http" not in policy
        assert "*" not in policy


def test_a_page_for_the_wrong_host_may_look_as_it_was_made(sqlite_database: Database) -> None:
    answer = refuse(RequestFactory().get("/"), DisallowedHost("x"))
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    wrong = Client(SERVER_NAME="elsewhere.example").get("/desk/")
    assert (wrong.status_code, "default-src" in wrong.headers["Content-Security-Policy"]) == (400, True)


def headers_of(view: Callable[[HttpResponse], HttpResponse]) -> dict[str, str]:
    """Of what a view answers, with what stands around it."""
    framing = XFrameOptionsMiddleware(lambda request: view(HttpResponse()))
    return dict(PagePolicyMiddleware(framing)(RequestFactory().get("/embed/")).headers)


def test_a_page_in_a_frame_names_who_may_frame_it_and_no_header_contradicts() -> None:
    headers = headers_of(lambda page: framed_by(page, ["https://club.example", "https://www.club.example:8443"]))
    policy = headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://club.example https://www.club.example:8443")
    assert policy.startswith("default-src 'self'; ")
    assert "X-Frame-Options" not in headers
    assert headers["Referrer-Policy"] == "strict-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_where_nobody_may_frame_it_both_headers_say_so() -> None:
    headers = headers_of(lambda page: framed_by(page, []))
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_others_load_only_what_is_for_them() -> None:
    assert headers_of(loaded_by_others)["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers_of(loaded_by_others)["X-Frame-Options"] == "DENY"
    assert headers_of(lambda page: page)["Cross-Origin-Resource-Policy"] == "same-origin"


def test_static_files_have_names_that_are_kept_for_ever(sqlite_database: Database) -> None:
    client = client_of(None)
    page = client.get("/account/login/").content.decode()
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert names
    for name in names:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name), name
        answer = client.get(name)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "default-src" in answer.headers["Content-Security-Policy"]
        plain = client.get(re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", name))
        assert (plain.status_code, plain.headers["Cache-Control"]) == (200, "max-age=60, public")
        assert b"".join(plain) == b"".join(answer)


def ready() -> tuple[int, dict[str, object]]:
    answer = client_of(None).get("/readyz")
    return answer.status_code, json.loads(answer.content)


def test_ready_says_what_is_well_and_what_is_not(database: Database) -> None:
    code, said = ready()
    assert (code, said["ready"], said["well"]) == (200, True, False)
    assert said["checks"] == {
        "database": "ok",
        "migrations": "ok",
        "worker": "no worker runs: start doorward-hub worker, or look at its log",
        "disk": "ok",
    }
    note_worker("one", timezone.now(), True, {}, timezone.now())
    assert ready()[1]["well"]
    note_worker("one", timezone.now(), True, {}, timezone.now() - timedelta(minutes=5))
    assert not ready()[1]["well"]


def test_without_its_tables_it_is_not_ready(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'members'")
    code, said = ready()
    assert (code, said["ready"], said["checks"]["migrations"]) == (503, False, "run doorward-hub init")  # type: ignore[index]
    monkeypatch.setattr(health, "_DISK_FREE_BYTES", 1 << 80)
    assert ready()[1]["checks"]["disk"] == "nearly full"  # type: ignore[index]


def test_without_a_database_it_is_not_ready_and_lives() -> None:
    connection.close()
    answer = client_of(None).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
