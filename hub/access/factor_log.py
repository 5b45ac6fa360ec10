"""What somebody does to their own password and second factor, into the audit log: django-allauth tells of it."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.models import User
from django.dispatch import receiver

from hub.audit import operations as audit


@receiver(password_changed, dispatch_uid="access")
def _password(user: User, **_: Any) -> None:
    audit.note("password changed", user, None, None)


@receiver(authenticator_added, dispatch_uid="access")
def _added(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.note("second factor added", user, None, {"second factor": str(authenticator)})


@receiver(authenticator_removed, dispatch_uid="access")
def _removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    audit.note("second factor removed", user, {"second factor": str(authenticator)}, None)


@receiver(authenticator_reset, dispatch_uid="access")
def _reset(user: User, **_: Any) -> None:
    audit.note("recovery codes renewed", user, None, None)
