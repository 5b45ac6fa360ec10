"""How long somebody stays signed in, and what their cookies are called over https."""

import os
import subprocess
import sys

import pytest
from django.test import Client

from hub.access import session_age_middleware as ages
from tests.hub.colleagues import client_of
from tests.hub.conftest import Database

pytestmark = pytest.mark.any_database
HOUR_S, DAY_S = 3600, 24 * 3600


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def back_by(client: Client, seconds: float, *names: str) -> None:
    session = client.session
    for name in names:
        session[name] -= seconds
    session.save()


def stays(client: Client) -> None:
    session = client.session
    session.set_expiry(ages.LASTS_DAYS * DAY_S)
    session.save()


def test_a_night_without_a_request_ends_it(colleague_client: Client) -> None:
    back_by(colleague_client, ages.IDLE_HOURS * HOUR_S - 60, ages.USED)
    assert is_in(colleague_client)
    back_by(colleague_client, ages.IDLE_HOURS * HOUR_S + 60, ages.USED)
    assert not is_in(colleague_client)
    assert not is_in(colleague_client)


def test_who_wished_to_stay_stays_for_two_weeks(colleague_client: Client) -> None:
    stays(colleague_client)
    back_by(colleague_client, 5 * DAY_S, ages.USED, ages.BEGAN)
    assert is_in(colleague_client)
    back_by(colleague_client, 9 * DAY_S + HOUR_S, ages.BEGAN)
    assert not is_in(colleague_client)


def test_however_much_is_asked_it_ends_after_two_weeks(colleague_client: Client) -> None:
    back_by(colleague_client, ages.LASTS_DAYS * DAY_S + 60, ages.BEGAN)
    assert not is_in(colleague_client)


def test_its_use_is_written_once_in_ten_minutes(colleague_client: Client) -> None:
    before = colleague_client.session[ages.USED]
    back_by(colleague_client, ages.WRITTEN_EVERY_S / 2, ages.USED)
    assert is_in(colleague_client)
    assert colleague_client.session[ages.USED] == before - ages.WRITTEN_EVERY_S / 2
    back_by(colleague_client, ages.WRITTEN_EVERY_S, ages.USED)
    assert is_in(colleague_client)
    assert colleague_client.session[ages.USED] >= before


def test_one_from_before_this_was_counted_has_ended(colleague_client: Client) -> None:
    session = colleague_client.session
    del session[ages.BEGAN]
    session.save()
    assert not is_in(colleague_client)


def test_signing_in_begins_anew(colleague_client: Client, colleague: object) -> None:
    back_by(colleague_client, ages.LASTS_DAYS * DAY_S + 60, ages.BEGAN)
    colleague_client.force_login(colleague)
    assert is_in(colleague_client)
    assert not is_in(client_of(None))


def test_over_https_a_cookie_is_of_this_host_alone(database: Database) -> None:
    names = "SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME"
    secure = "SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE"
    domains = "SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN, s.LANGUAGE_COOKIE_DOMAIN"
    shown = "; ".join(f"print((s.{each}))" for each in (names, secure, domains))
    code = f"from django.conf import settings as s; {shown}"
    said = {"DOORWARD_URL": "https://club.example", "DJANGO_SETTINGS_MODULE": "hub.settings"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | said, capture_output=True, text=True, timeout=60, check=True)
    names_shown, secure_shown, domains_shown = done.stdout.splitlines()
    assert names_shown.count("'__Host-doorward_") == 3
    assert secure_shown == "(True, True, True)"
    assert domains_shown == "(None, None, None)"
