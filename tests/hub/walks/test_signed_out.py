"""What those see who are not signed in, or are refused: the rules of page_rules.py hold there too."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.core.ratelimit import respond_429
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from hub.access import secrets
from tests.hub.colleagues import a_user, client_of
from tests.hub.walks.page_rules import keeps_the_rules
from tests.hub.walks.visitor import Visitor
from tests.hub.walks.whole_club import PASSWORD


@pytest.fixture
def visitor(chromium: Visitor, sqlite_database: object) -> Iterator[Visitor]:
    with chromium.at_work(None) as visitor:
        yield visitor


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/account/login/", "Sign in"),
        ("/account/link/", "Choose your password"),
        ("/account/logout/", "Doorward"),
        ("/nothing/here/", "Nothing is here"),
    ],
)
def test_not_signed_in(visitor: Visitor, path: str, says: str) -> None:
    def show() -> None:
        visitor.go(visitor.hub + path)
        visitor.sees(says)

    keeps_the_rules(visitor, show)
    visitor.keep(f"out_{path.strip('/').replace('/', '_')}")


def test_the_wrong_password(visitor: Visitor) -> None:
    def show() -> None:
        visitor.open("/account/login/")
        visitor.write("[name=login]", "nobody@club.example")
        visitor.write("[name=password]", "wrong")
        visitor.click("Sign in")
        visitor.until("!!document.querySelector('.message.error, .errors, .wrong, [role=alert]:not(:empty)')")

    keeps_the_rules(visitor, show)
    visitor.keep("out_wrong")


def test_a_second_factor(visitor: Visitor) -> None:
    user = a_user("colleague", None)
    user.set_password(PASSWORD)
    user.save()
    secret = {"secret": secrets.encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=secret)
    client = client_of(None)
    client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    visitor.is_now(client)
    keeps_the_rules(visitor, lambda: visitor.open("/account/2fa/authenticate/"))
    visitor.keep("out_factor")


def test_not_for_their_role(visitor: Visitor, outsider: User) -> None:
    visitor.is_now(client_of(outsider))
    keeps_the_rules(visitor, lambda: visitor.open("/desk/customers/"))
    visitor.sees("Not for your role")


def test_a_page_that_is_out_of_date(visitor: Visitor) -> None:
    def show() -> None:
        visitor.open("/account/login/")
        visitor.look("document.querySelector('form [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
        visitor.look("document.querySelector('form [name=login]').form.submit()")
        visitor.sees("This page is out of date")

    keeps_the_rules(visitor, show)
    visitor.keep("out_csrf")


def fails(*_asked: Any, **_more: Any) -> Any:
    raise RuntimeError("on purpose")


def too_many(request: Any, *_asked: Any, **_more: Any) -> Any:
    return respond_429(request)


@pytest.mark.parametrize(
    ("answers", "says"), [(fails, "The hub has failed at this"), (too_many, "Too many tries")]
)
def test_what_the_hub_cannot_do(
    visitor: Visitor, outsider: User, monkeypatch: pytest.MonkeyPatch, answers: Callable[..., Any], says: str
) -> None:
    monkeypatch.setattr("hub.desk.views.page", answers)
    visitor.is_now(client_of(outsider))

    def show() -> None:
        visitor.open("/desk/")
        visitor.sees(says)
        visitor.errors[:] = [each for each in visitor.errors if "status of 500" not in each]

    keeps_the_rules(visitor, show)
    visitor.keep(f"out_{answers.__name__}")
