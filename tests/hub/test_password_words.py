"""Passwords that anybody tries first at this very hub."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from hub.accounts.password_operations import has_password, set_password
from hub.members import operations
from hub.members.models import Customer
from hub.organization.models import THE_ONE, Organization
from tests.hub.people import AT

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


@pytest.fixture(autouse=True)
def called(database: object) -> None:
    Organization.objects.update_or_create(pk=THE_ONE, defaults={"name": "Zur Alten Kelter"})


@pytest.mark.parametrize(
    "password",
    ["Kelter2026!", "alten-kelter-1", "doorward12", "Doorward!Kelter", "member2026", "zur alten kelter"],
)
def test_our_own_words_and_digits_are_none(password: str) -> None:
    with pytest.raises(ValidationError, match="only you know"):
        validate_password(password)


@pytest.mark.parametrize(
    "password", ["a long way round", "kelter beside the old mill", "8f#2!x0_9$7", "Würzburg-Riesling", "öäüßéñçø"]
)
def test_all_else_is_let_be(password: str) -> None:
    validate_password(password)


def test_members_too(database: object) -> None:
    ann = operations.save_customer(Customer(name="Ann", email="ann@club.example"))
    with pytest.raises(ValidationError, match="only you know"):
        set_password(ann, "Kelter2026!", AT)
    assert not has_password(ann)
