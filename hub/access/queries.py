"""Who works at the hub: what is read of users."""

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from hub.access.roles import Role
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
