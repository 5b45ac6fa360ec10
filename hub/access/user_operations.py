"""Every write to users and their roles: invited, given another role, deactivated, let in again; each with its
entry in the audit log.

One at a time, holding the owners' group: there is always an owner who may sign in. Who changes another one is an
owner; nobody changes what they are themselves. `by` None: whoever has the hub's own terminal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from hub.access.link_operations import LinkShown, make_link
from hub.access.models import OneTimeLink
from hub.access.queries import owners, user_of
from hub.access.roles import Role, is_in_the_back_office, role_of
from hub.access.sessions import end_sessions
from hub.access.signals import user_leaves
from hub.audit import operations as audit
from hub.errors import HubError

LETTERS_MAX: Final = 150
"""As many as Django keeps of a user's name."""


class UserRefused(HubError):
    """It cannot be done with this user, and why."""


def invite(name: str, email: str, role: Role, by: User | None, at: datetime) -> tuple[User, LinkShown]:
    """A new user, who chooses a password by the link.

    UserRefused: somebody has this address already. ValidationError: it is no address, or too long.
    """
    name, email = " ".join(name.split()), email.strip().lower()
    _check_words(name, email)
    with _holding_owners(by):
        if user_of(email) is not None:
            raise UserRefused(_("Somebody with this address is among the users already."))
        user = User(username=email, email=email, first_name=name)
        user.set_unusable_password()
        user.save()
        audit.note("invited", user, None, {"name": name, "email": email})
        _give(user, role, None)
        return user, make_link(user, at)


def change_role(user_id: int, role: Role, by: User | None, at: datetime) -> User:
    """From now on; they are signed out everywhere. UserRefused, User.DoesNotExist."""
    with _holding_owners(by):
        user = _other(user_id, by)
        before = role_of(user)
        if before is not role:
            _check_another_owner(user, before)
            _give(user, role, before)
            end_sessions(user, at)
    return user


def deactivate(user_id: int, by: User | None, at: datetime) -> User:
    """They sign in no more, are signed out everywhere, and their tokens are revoked. UserRefused,
    User.DoesNotExist."""
    with _holding_owners(by):
        user = _other(user_id, by)
        if user.is_active:
            _check_another_owner(user, role_of(user))
            _set_active(user, False)
            OneTimeLink.objects.filter(user=user).delete()
            end_sessions(user, at)
            user_leaves.send(User, user=user, at=at)
    return user


def reactivate(user_id: int, by: User | None) -> User:
    """With the role and the password that they had, without the tokens. UserRefused, User.DoesNotExist."""
    with _holding_owners(by):
        user = _other(user_id, by)
        if not user.is_active:
            _set_active(user, True)
    return user


def delete_user(user_id: int, by: User | None, at: datetime) -> None:
    """What they did stays in the log, by their name; their tokens are revoked. UserRefused, User.DoesNotExist."""
    with _holding_owners(by):
        user = _other(user_id, by)
        before = role_of(user)
        _check_another_owner(user, before)
        end_sessions(user, at)
        user_leaves.send(User, user=user, at=at)
        audit.note("deleted", user, {"email": user.email, "role": before and before.value}, None)
        user.delete()


def let_in_again(user_id: int, by: User | None, at: datetime, *, without_factor: bool = False) -> LinkShown:
    """A one-time link for somebody who has lost their password, or never chose one.

    `without_factor`: who has lost their second factor too has none from now on, and is signed out everywhere.
    UserRefused, User.DoesNotExist.
    """
    with _holding_owners(by):
        user = _other(user_id, by)
        if not user.is_active:
            raise UserRefused(_("This user is deactivated: activate them first."))
        if without_factor and Authenticator.objects.filter(user=user).delete()[0]:
            end_sessions(user, at)
            audit.note("second factor reset", user, None, None)
        audit.note("link made", user, None, None)
        return make_link(user, at)


def establish_owner(email: str, at: datetime) -> LinkShown | None:
    """The first owner of a hub, or one more: for whoever has its terminal. Somebody with this address becomes one.

    None: they are one already, with a password. UserRefused, ValidationError.
    """
    with _holding_owners(None):
        known = user_of(email)
        if known is None:
            return invite("", email, Role.OWNER, None, at)[1]
        if role_of(known) is Role.OWNER and known.has_usable_password():
            return None
        change_role(known.pk, Role.OWNER, None, at)
        return let_in_again(known.pk, None, at)


@contextmanager
def _holding_owners(by: User | None) -> Iterator[None]:
    with transaction.atomic():
        Group.objects.select_for_update().get(name=Role.OWNER.value)
        if by is not None and not owners().filter(pk=by.pk).exists():
            raise UserRefused(_("Only an owner may do this."))
        yield


def _other(user_id: int, by: User | None) -> User:
    if by is not None and user_id == by.pk:
        raise UserRefused(_("This is you: ask another owner to do it."))
    return User.objects.select_for_update().get(pk=user_id)


def _check_another_owner(user: User, role: Role | None) -> None:
    if role is Role.OWNER and user.is_active and not owners().exclude(pk=user.pk).exists():
        raise UserRefused(_("This is the only owner: make somebody else an owner first."))


def _give(user: User, role: Role, before: Role | None) -> None:
    """The table's permissions are all that they have."""
    user.is_staff, user.is_superuser = is_in_the_back_office(role), False
    user.save(update_fields=["is_staff", "is_superuser"])
    user.groups.set([Group.objects.get(name=role.value)])
    user.user_permissions.clear()
    audit.note("role changed", user, {"role": before and before.value}, {"role": role.value})


def _set_active(user: User, active: bool) -> None:
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.note("reactivated" if active else "deactivated", user, {"active": not active}, {"active": active})


def _check_words(name: str, email: str) -> None:
    validate_email(email)
    if max(len(name), len(email)) > LETTERS_MAX:
        raise ValidationError(_("A name and an address have at most 150 letters each."))
