"""Who works at the hub: a user of each role, one of none, and a client that each is signed in with.

Every page and endpoint is tested with them: `owner` and `colleague` (staff) may, `outsider` (signed in, no role)
and `nobody` (not signed in) may not.
"""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from hub.access.roles import Role, is_in_the_back_office


def a_user(name: str, role: Role | None) -> User:
    """Without a password: their clients are signed in by force."""
    user = User.objects.create_user(
        name, f"{name}@club.example", first_name=name.title(), is_staff=is_in_the_back_office(role)
    )
    if role is not None:
        user.groups.add(Group.objects.get(name=role.value))
    return user


def client_of(user: User | None) -> Client:
    """A browser in which this user is signed in; None: in which nobody is."""
    client = Client(SERVER_NAME="localhost")
    if user is not None:
        client.force_login(user)
    return client


def _at_work(name: str, login: str, role: Role | None) -> Any:
    @pytest.fixture(name=name)
    def at_work(database: object) -> User:
        return a_user(login, role)

    return at_work


def _signed_in(name: str) -> Any:
    # It names `database`, so that a test that asks for nothing else runs on each.
    @pytest.fixture(name=f"{name}_client")
    def signed_in(request: pytest.FixtureRequest, database: object) -> Client:
        return client_of(request.getfixturevalue(name))

    return signed_in


owner, owner_client = _at_work("owner", "owner", Role.OWNER), _signed_in("owner")
admin_user, admin_user_client = _at_work("admin_user", "admin", Role.ADMIN), _signed_in("admin_user")
colleague, colleague_client = _at_work("colleague", "colleague", Role.STAFF), _signed_in("colleague")
front_desk, front_desk_client = _at_work("front_desk", "frontdesk", Role.FRONT_DESK), _signed_in("front_desk")
reports_only, reports_only_client = _at_work("reports_only", "reports", Role.REPORTS), _signed_in("reports_only")
partner_user, partner_user_client = _at_work("partner_user", "partner", Role.PARTNER), _signed_in("partner_user")
outsider, outsider_client = _at_work("outsider", "outsider", None), _signed_in("outsider")


@pytest.fixture
def nobody_client(database: object) -> Client:
    return client_of(None)
