"""Who works at the hub: a user of each role, one of none, and a client that each is signed in with.

Every page and endpoint is tested with them: `owner` and `colleague` (staff) may, `outsider` (signed in, no role)
and `nobody` (not signed in) may not.
"""

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


@pytest.fixture
def owner(database: object) -> User:
    return a_user("owner", Role.OWNER)


@pytest.fixture
def admin_user(database: object) -> User:
    return a_user("admin", Role.ADMIN)


@pytest.fixture
def colleague(database: object) -> User:
    return a_user("colleague", Role.STAFF)


@pytest.fixture
def front_desk(database: object) -> User:
    return a_user("frontdesk", Role.FRONT_DESK)


@pytest.fixture
def reports_only(database: object) -> User:
    return a_user("reports", Role.REPORTS)


@pytest.fixture
def outsider(database: object) -> User:
    return a_user("outsider", None)


@pytest.fixture
def owner_client(owner: User) -> Client:
    return client_of(owner)


@pytest.fixture
def admin_user_client(admin_user: User) -> Client:
    return client_of(admin_user)


@pytest.fixture
def colleague_client(colleague: User) -> Client:
    return client_of(colleague)


@pytest.fixture
def front_desk_client(front_desk: User) -> Client:
    return client_of(front_desk)


@pytest.fixture
def reports_only_client(reports_only: User) -> Client:
    return client_of(reports_only)


@pytest.fixture
def outsider_client(outsider: User) -> Client:
    return client_of(outsider)


@pytest.fixture
def nobody_client(database: object) -> Client:
    return client_of(None)
