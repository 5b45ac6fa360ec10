"""Every page, with each marked text in brackets: what people read outside of them was not marked.

docs/translating.md says what is not to be marked; it stands in `NOT_MARKED`.
"""

from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import CharField, JSONField, TextField

from tests.hub.bracketed import bracket, outside
from tests.hub.colleagues import client_of
from tests.hub.test_desk_rights import PAGES
from tests.hub.walks.whole_club import example, whole_club

OF_AN_ACCOUNT: Final = ("/account/2fa/", "/account/password/", "/account/logout/", "/account/reauthenticate/")
NOT_MARKED: Final = {"Doorward", "UTC", "Europe/Berlin", "CSV", "API", "URL", "EUR", "HTTP", "OpenAPI"}
"""Names, and what machines read too."""


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    with whole_club(tmp_path_factory.mktemp("club")) as owner:
        yield owner


@pytest.fixture(scope="module")
def typed(owner: User) -> set[str]:
    """What the database holds is people's, or a name of something."""
    found = NOT_MARKED | available_timezones()
    for model in apps.get_models():
        fields = [f.attname for f in model._meta.concrete_fields if isinstance(f, CharField | TextField)]
        for row in model._default_manager.values_list(*fields) if fields else ():
            found |= {each for each in row if isinstance(each, str)}
        for field in model._meta.concrete_fields:
            if isinstance(field, JSONField):
                for value in model._default_manager.values_list(field.attname, flat=True):
                    found |= set(words(value))
    return found


def words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from words(each)
    elif isinstance(value, list):
        for each in value:
            yield from words(each)


@pytest.mark.parametrize(
    "address",
    [*(each for each in PAGES if not each.endswith((".csv", ".jpg"))), *OF_AN_ACCOUNT],
)
def test_whatever_is_read_is_marked(
    owner: User, address: str, typed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bracket(monkeypatch)
    there = example(address)
    response = client_of(owner).get(there)
    if "html" in response.get("Content-Type", "") and response.status_code == 200:
        assert "\n".join(outside(response.content.decode(), typed)) == ""
