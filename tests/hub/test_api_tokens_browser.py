"""An owner makes a token in a real browser, and reads what the API can do, with nothing loaded from elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from hub.api.models import ApiToken
from hub.api.token_operations import PATTERN
from tests.hub.served import served
from tests.hub.walks.visitor import NARROW, WIDE, Visitor


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    browser = Visitor(tmp_path / "chromium")
    yield browser
    browser.close()


def test_an_owner_makes_a_token(visitor: Visitor, sqlite_database: object, owner: User) -> None:
    with served() as hub:
        visitor.sign_in(hub, owner)
        visitor.wears(WIDE)
        visitor.open("/desk/tokens/new/")
        visitor.write("[name=name]", "Website")
        visitor.look("document.querySelector('[value=\"access:check\"]').click()")
        visitor.wears(NARROW, dark=True)
        visitor.fits()
        visitor.keep("token-new-narrow-dark")
        visitor.wears(WIDE)
        visitor.keep("token-new")
        visitor.click("Make it")
        visitor.sees("The token of Website")
        assert PATTERN.fullmatch(visitor.look("document.querySelector('#secret').value"))
        visitor.keep("token-made")
        visitor.click("Done")
        visitor.sees("access:check")
        visitor.keep("tokens")
        visitor.wears(NARROW)
        visitor.fits()
        visitor.keep("tokens-narrow")
        visitor.click("Revoke Website")
        visitor.sees("revoked")
    assert ApiToken.objects.get().revoked_at is not None


def test_the_api_is_described_on_a_page_of_ours(visitor: Visitor, sqlite_database: object, owner: User) -> None:
    with served() as hub:
        visitor.sign_in(hub, owner)
        visitor.wears(WIDE)
        visitor.open("/desk/api/")
        visitor.sees("/api/v1/access/check")
        visitor.keep("api")
        visitor.wears(NARROW, dark=True)
        visitor.fits()
        visitor.keep("api-narrow-dark")
        hosts = visitor.look(
            "[...new Set(performance.getEntriesByType('resource').map(e => new URL(e.name).host))].join()"
        )
    assert hub.endswith(hosts)
