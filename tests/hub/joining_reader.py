"""Somebody who joins by the pages, as a browser without JavaScript would."""

from tests.hub.joining_club import MAIL, code_sent
from tests.hub.without_scripts import Reader


def proves(reader: Reader, email: str = MAIL) -> Reader:
    return reader.press("email", email=email).press("code", code=code_sent())


def joins(reader: Reader) -> Reader:
    proves(reader.press("plan"))
    return reader.press("fields", name="Ann").press("agree")
