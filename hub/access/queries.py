"""Who works at the hub: what is read of users."""

from django.contrib.auth.models import User

from hub.audit.acting import Actor, ActorKind


def name_of(user: User) -> str:
    """As people are to read it."""
    return user.get_full_name() or user.get_username()


def actor_of(user: User) -> Actor:
    """For the audit log."""
    return Actor(ActorKind.USER, name_of(user), user.pk)
