"""What somebody does to their own password and second factor, into the audit log: django-allauth tells of it. Who
signs in stands in the log of the process."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth import user_logged_in
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest

from hub.audit import operations as audit
from hub.login import told


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


@receiver(user_logged_in, dispatch_uid="access")
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    ways = request.session.get("account_authentication_methods", [])
    told.signed_in(request, f"user:{user.pk}", "+".join(str(each.get("method")) for each in ways) or "session")
