"""Nobody gets an error of the hub's own by a NUL character, wherever they put it."""

import pytest
from django.test import Client

from hub.access.roles import Role
from tests.hub.colleagues import a_user, client_of
from tests.hub.conftest import Database

STRANGERS = (
    "/card/apple/v1/devices/a%00b/registrations/pass.club",
    "/card/apple/v1/passes/pass.club/a%00b",
    "/card/letters/%00",
    "/c/%00",
    "/api/v1/customers?name=%00",
    "/account/login/?next=%00",
)
STAFFS = (
    "/desk/reports/?site=%00",
    "/desk/reports/benefits/?partner=%00",
    "/desk/reports/benefits/?permission=%00",
    "/desk/search/?q=%00",
    "/desk/customers/?q=a&q=%00",
)


def test_in_an_address(postgresql_database: Database) -> None:
    owner = client_of(a_user("owner", Role.OWNER))
    stranger = Client(SERVER_NAME="localhost")
    for path in STRANGERS:
        assert stranger.get(path, headers={"Authorization": "ApplePass x"}).status_code == 400, path
    for path in STAFFS:
        assert owner.get(path).status_code == 400, path


@pytest.mark.parametrize("name", ["sessionid", "doorward_card"])
def test_in_a_cookie(postgresql_database: Database, name: str) -> None:
    stranger = Client(SERVER_NAME="localhost", headers={"Cookie": f'{name}="a\\000b"'})
    assert stranger.get("/card/").status_code == 400


def test_in_a_form(postgresql_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = client_of(a_user("owner", Role.OWNER))
    monkeypatch.setattr("hub.wallet.signing_in.can_send", lambda: True)
    stranger = Client(SERVER_NAME="localhost")
    assert stranger.post("/card/login", {"email": "a\0@club.example"}).status_code == 422
    assert stranger.post("/card/open", {"link": "#a\0b"}).status_code < 500
    for path in ("/counter/scan", "/c/use"):
        assert owner.post(path, {"code": "a\0b"}).status_code < 500, path
