"""The outbox at hand: a hub that was told of a mail server, letters a worker's turns as plain calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.test import override_settings

from hub import environment
from hub.mail.delivering import Delivering, Turn
from hub.mail.draft import Draft
from hub.mail.models import Mail
from hub.mail.operations import queue
from tests.hub.people import AT

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
