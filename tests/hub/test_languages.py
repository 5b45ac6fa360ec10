"""In which language somebody reads: their browser's, or the one that they chose in the menu."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from hub.templatetags.faces import day_text

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


def test_a_page_comes_in_the_browsers_language(colleague_client: Client) -> None:
    english = colleague_client.get("/desk/customers/").content.decode()
    assert '<html lang="en">' in english and "New customer" in english
    german = colleague_client.get("/desk/customers/", headers={"Accept-Language": "de-AT,de"}).content.decode()
    assert '<html lang="de">' in german and "New customer" not in german
    other = colleague_client.get("/desk/customers/", headers={"Accept-Language": "fi"}).content.decode()
    assert '<html lang="en">' in other


def test_what_was_chosen_holds_before_and_after_signing_in(
    nobody_client: Client, colleague_client: Client
) -> None:
    for client, address in ((nobody_client, "/account/login/"), (colleague_client, "/desk/customers/?q=ann")):
        chosen = client.post(reverse("set_language"), {"language": "de", "next": address})
        assert chosen.status_code == 302 and chosen["Location"] == address
        assert '<html lang="de">' in client.get(address, headers={"Accept-Language": "en"}).content.decode()


def test_nobody_is_led_to_another_host(nobody_client: Client) -> None:
    chosen = nobody_client.post(reverse("set_language"), {"language": "de", "next": "https://other.example/"})
    assert chosen["Location"] == "/"


def test_a_language_that_is_not_there_changes_nothing(nobody_client: Client) -> None:
    client = nobody_client
    client.post(reverse("set_language"), {"language": "xx", "next": "/account/login/"})
    assert '<html lang="en">' in client.get("/account/login/").content.decode()


def test_the_choice_stands_in_the_menu(colleague_client: Client) -> None:
    page = colleague_client.get("/desk/").content.decode()
    assert 'value="de" lang="de">Deutsch</button>' in page
    assert 'value="en" lang="en" aria-current="true">English</button>' in page


def test_days_are_written_as_the_language_does() -> None:
    at = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
    assert day_text(at) == "1 Mar 2026, 18:30"
    with translation.override("de"):
        assert day_text(at) == "01.03.2026, 18:30"
        assert day_text(at.replace(hour=0, minute=0)) == "01.03.2026"
