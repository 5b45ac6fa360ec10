"""Who works at the hub: what is read of users."""

from datetime import datetime
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from hub.access.roles import TITLES, Role, role_of
from hub.access.second_factor import FACTORS
from hub.audit.acting import Actor, ActorKind


def name_of(user: User) -> str:
    """As people are to read it."""
    return user.get_full_name() or user.get_username()


def actor_of(user: User) -> Actor:
    """For the audit log."""
    return Actor(ActorKind.USER, name_of(user), user.pk)


def has_owner() -> bool:
    """Whether somebody may do everything."""
    return owners().exists()


def owners() -> QuerySet[User]:
    """Those who are active."""
    return User.objects.filter(groups__name=Role.OWNER.value, is_active=True)


def user_of(email: str) -> User | None:
    """By their address, or by a user name from before there were addresses."""
    return User.objects.filter(Q(email__iexact=email) | Q(username__iexact=email)).order_by("pk").first()


class UserShown(NamedTuple):
    """`role` None: none, so they may do nothing. `link_until`: of a one-time link that is not used yet."""

    id: int
    name: str
    email: str
    role: Role | None
    is_active: bool
    has_password: bool
    has_factor: bool
    last_login: datetime | None
    link_until: datetime | None

    @property
    def title(self) -> str:
        """Of the role, for people; empty without one."""
        return "" if self.role is None else str(TITLES[self.role])


def users_shown() -> list[UserShown]:
    """All of them, those who may sign in first. A few queries, however many they are."""
    users = User.objects.select_related("one_time_link").prefetch_related("groups")
    return _shown(users.order_by("-is_active", "first_name", "username"))


def user_shown(user: User) -> UserShown:
    return _shown(User.objects.select_related("one_time_link").filter(pk=user.pk))[0]


def _shown(users: QuerySet[User]) -> list[UserShown]:
    found = list(users)
    with_factor = set(
        Authenticator.objects.filter(user__in=found, type__in=FACTORS).values_list("user_id", flat=True)
    )
    return [_one(user, user.pk in with_factor) for user in found]


def _one(user: User, has_factor: bool) -> UserShown:
    link = getattr(user, "one_time_link", None)
    return UserShown(
        id=user.pk,
        name=name_of(user),
        email=user.email,
        role=role_of(user),
        is_active=user.is_active,
        has_password=user.has_usable_password(),
        has_factor=has_factor,
        last_login=user.last_login,
        link_until=link and link.until,
    )
