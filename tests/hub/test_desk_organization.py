"""The organization's settings at the desk: an owner's, said in full, and logged."""

from pathlib import Path

import pytest
from django.test import Client

from hub.audit.models import Entry
from hub.organization.queries import organization
from tests.hub.mailed import mail_by

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
PAGE = "/desk/organization/"
FORM = {
    "name": "Wine Club",
    "colour": "#123456",
    "visitor_sees": "status",
    "visitors_check_in": "on",
    "expiring_days": "7",
    "language": "en",
}


def test_an_owner_says_what_visitors_see(owner_client: Client) -> None:
    page = owner_client.get(PAGE).content.decode()
    for text in ("Only whether the membership is active", "may use up limited benefits", "ask for a sign-in"):
        assert text in page
    assert owner_client.post(PAGE, FORM).status_code == 302
    now = organization()
    assert (now.name, now.colour, now.visitor_sees, now.expiring_days) == ("Wine Club", "#123456", "status", 7)
    assert (now.visitors_check_in, now.visitors_redeem, now.login_required) == (True, False, False)
    owner_client.post(PAGE, {**FORM, "login_required": "on"})
    assert organization().login_required
    assert Entry.objects.filter(thing_kind="organization").count() == 2


def test_what_cannot_be_meant_is_said_and_changes_nothing(owner_client: Client) -> None:
    refused = owner_client.post(PAGE, {**FORM, "colour": "red", "visitor_sees": "everything"})
    assert refused.status_code == 422
    assert "Use a colour as in #0f766e." in refused.content.decode()
    for name in ("Wine\x85Club", "Wine\u2028Club"):
        refused = owner_client.post(PAGE, {**FORM, "name": name})
        assert (refused.status_code, "Leave out line breaks" in refused.content.decode()) == (422, True)
    assert organization().name == ""


def test_staff_do_not_change_it(colleague_client: Client) -> None:
    assert colleague_client.post(PAGE, FORM).status_code == 403
    assert organization().name == ""


def test_it_says_where_no_mail_leaves_the_hub(owner_client: Client, tmp_path: Path) -> None:
    assert 'id="no-mail"' in owner_client.get(PAGE).content.decode()
    with mail_by(f"file://{tmp_path}"):
        assert 'id="no-mail"' not in owner_client.get(PAGE).content.decode()
