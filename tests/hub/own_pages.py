"""A member at their own pages: a phone on which they have proved who they are a moment ago, and pages as text."""

import re
from typing import Any

from django.test import Client
from django.utils import timezone

from hub.cards.session_operations import sign_in_by
from hub.members.models import Customer
from tests.hub.card_page import phone

ACCOUNT = "/card/account/"


def proved_phone(customer: Customer) -> Client:
    client = phone()
    client.cookies["doorward_card"] = sign_in_by(customer, timezone.now(), "", "code")
    return client


def said(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def page(client: Client, path: str = "") -> str:
    answer = client.get(ACCOUNT + path)
    assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
    return said(answer)


def press(client: Client, path: str, **given: str) -> Any:
    """The page's one button, after it was read."""
    shown = client.get(ACCOUNT + path).context_data["asked"].shown
    return client.post(ACCOUNT + path, {"shown": shown, **given})


def done(answer: Any) -> str:
    """The word behind `?done=`."""
    assert answer.status_code == 302, said(answer)
    return str(answer["Location"].rpartition("?done=")[2])
