"""How the hub is told by what way its letters leave: what is meant, and what cannot be."""

from pathlib import Path

import pytest

from hub import environment
from hub.environment import EnvironmentProblem, MailWay

FROM = "mail@club.example"


def way(url: str, sender: str = FROM) -> MailWay | None:
    return environment.read({"DOORWARD_MAIL": url, "DOORWARD_MAIL_FROM": sender}).mail


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("smtps://me:tiger@mail.club.example", ("smtps://mail.club.example:465", "tls", "me", "tiger")),
        (
            "smtp://me:ti%2Fger%40@mail.club.example/",
            ("smtp://mail.club.example:587", "starttls", "me", "ti/ger@"),
        ),
        ("smtp://mail.club.example:25?tls=off", ("smtp://mail.club.example:25", "", "", "")),
        ("smtp://127.0.0.1", ("smtp://127.0.0.1:25", "", "", "")),
        ("smtp://localhost:2525", ("smtp://localhost:2525", "", "", "")),
        ("file:///var/mail%20out", ("file:///var/mail out", "", "", "")),
        ("console:", ("console:", "", "", "")),
    ],
)
def test_a_way(url: str, told: tuple[str, ...]) -> None:
    found = way(url)
    assert found is not None
    assert (str(found), found.tls, found.user, found.password) == told
    assert "tiger" not in repr(found)


def test_none() -> None:
    assert way("") is None
    assert way("", "") is None


@pytest.mark.parametrize(
    "url",
    [
        *("mail.club.example", "http://mail.club.example", "smtp://", "smtps://:tiger@mail.club.example"),
        *("smtps://me@mail.club.example", "smtp://me:tiger@mail.club.example:99999", "smtp://me:tiger@host:0"),
        *("smtp://me:ti/ger@mail.club.example", "smtp://me:ti#ger@mail.club.example", "smtp://[::1"),
        *("smtps://me:tiger@mail.club.example?tls=off", "smtp://me:tiger@mail.club.example?tls=of"),
        *("file://var/mail", "file:", "smtp://me:tiger@ma il.example", "smtp://me:tiger@mail.example/in"),
    ],
)
def test_no_way_is_told_without_its_password(url: str) -> None:
    with pytest.raises(EnvironmentProblem, match="DOORWARD_MAIL should be smtps://") as told:
        way(url)
    assert "tiger" not in str(told.value)


def test_a_password_never_goes_where_it_can_be_heard() -> None:
    with pytest.raises(EnvironmentProblem, match="tls=off"):
        way("smtp://me:tiger@mail.club.example?tls=off")


@pytest.mark.parametrize("sender", ["", "club", "Club <mail@club.example>", "a@club.example\nBcc: b@club.example"])
def test_whom_they_are_from(sender: str) -> None:
    with pytest.raises(EnvironmentProblem, match="DOORWARD_MAIL_FROM should be"):
        way("console:", sender)


def test_from_a_credential(tmp_path: Path) -> None:
    variables = {"CREDENTIALS_DIRECTORY": str(tmp_path), "DOORWARD_MAIL_FROM": FROM}
    assert environment.read(variables).mail is None
    (tmp_path / "mail").write_text("smtps://me:tiger@mail.club.example\n")
    assert environment.read(variables).mail == way("smtps://me:tiger@mail.club.example")
