"""The outbox at hand: a hub that was told of a mail server, letters a worker's turns as plain calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from hub import environment
from hub.mail.delivering import Delivering, Turn
from hub.mail.draft import Draft
from hub.mail.models import Mail
from hub.mail.operations import queue
from tests.hub.people import AT, DAY

SENDER = "mail@club.example"
SECRET = "https://club.example/card/open#s3cret"


@contextmanager
def mail_by(url: str) -> Iterator[None]:
    """The hub's letters leave by this DOORWARD_MAIL."""
    way = environment.read({"DOORWARD_MAIL": url, "DOORWARD_MAIL_FROM": SENDER}).mail
    with override_settings(ENVIRONMENT=replace(settings.ENVIRONMENT, mail=way)):
        yield


def a_draft(subject: str = "Your card", **fields: str) -> Draft:
    return Draft(subject, f"Here it is: {SECRET}", **fields)


def queued(*recipients: str, at: datetime = AT) -> list[Mail]:
    return [queue(a_draft(), each, "card_link", at) for each in recipients or ("ann@club.example",)]


def turn(at: datetime = AT) -> Turn:
    return Delivering(lambda: 0.0).turn(lambda: at)


def states() -> list[tuple[str, str]]:
    return list(Mail.objects.order_by("pk").values_list("state", "error"))


def letters_in(folder: Path, at: datetime = AT + DAY) -> list[EmailMessage]:
    """Those that have left the hub by `at` and since the last call."""
    turn(at)
    found = sorted(folder.iterdir()) if folder.exists() else []
    texts = [each.read_text().rstrip("-\n") for each in found]
    for each in found:
        each.unlink()
    return [message_from_string(each, policy=default) for each in texts]  # type: ignore[misc]


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return body.get_content()
