"""How people join by themselves, at the desk: an owner's to say, and logged."""

import pytest
from django.test import Client

from hub.audit.models import Entry
from hub.organization.queries import signup

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
PAGE = "/desk/signup/"
FORM = {
    "is_open": "on",
    "title": "Come in",
    "how_to_pay": "IBAN DE00",
    "terms": "Be kind.\r\nBe there.",
    "asks_phone": "required",
    "asks_birthday": "off",
    "asks_address": "optional",
    "question_1": "Shoe size?",
    "question_1_needed": "on",
    "question_3": "Why?",
}


def test_an_owner_opens_the_join_page(owner_client: Client) -> None:
    assert not signup().is_open
    page = owner_client.get(PAGE).content.decode()
    assert "No plan is public" in page and "sends no mail" in page and "/join/" in page
    assert owner_client.post(PAGE, FORM).status_code == 302
    now = signup()
    assert (now.is_open, now.asks_phone, now.questions) == (
        True,
        "required",
        [("Shoe size?", True), ("Why?", False)],
    )
    assert now.how_to_pay == "IBAN DE00"
    before = now.terms_version
    owner_client.post(PAGE, FORM | {"terms": "Be kind."})
    assert before != signup().terms_version != ""
    assert Entry.objects.filter(thing_kind="signup").count() == 2


def test_what_cannot_be_changes_nothing(owner_client: Client) -> None:
    for wrong in ({"asks_phone": "perhaps"}, {"title": "Two\x85lines"}, {"terms": "x" * 20_001}):
        assert owner_client.post(PAGE, FORM | wrong).status_code == 422
    assert not signup().is_open


def test_staff_do_not_change_it(colleague_client: Client) -> None:
    assert colleague_client.post(PAGE, FORM).status_code == 403
    assert not signup().is_open
