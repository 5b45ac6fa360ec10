"""What django-allauth's forms check, and what we hold beside: codes count once, passkeys from our own address."""

import json
from contextlib import suppress
from typing import Any, Final

from allauth.account import forms as accounts
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as apps
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from fido2.utils import websafe_decode

from hub.access import secrets
from hub.access.secrets import SecretUnreadable
from hub.login import told

_CODE_COUNTS_S: Final = 90
"""A code of an app counts in its own half minute and in those beside it: MFA_TOTP_TOLERANCE."""


class SignInForm(accounts.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email or user name")
        self.fields["remember"].label = _("Stay signed in on this device")
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder")
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"


class _Told(forms.Form):
    """A second factor, or a passkey alone, that does not fit stands in the log."""

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and not self.is_valid():
            told.sign_in_failed(context.request, "desk", self._how())

    def _how(self) -> str:
        return "passkey" if "credential" in self.fields else "code"


class _Once(forms.Form):
    """A code of an app counts once; django-allauth itself remembers it for its own half minute alone."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            digits = "".join(filter(str.isdigit, code))
            if not cache.add(f"second-factor-{self.user.pk}-{digits}", "used", _CODE_COUNTS_S):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_Told, _Once, codes.AuthenticateForm):
    pass


class ReauthenticateForm(_Told, _Once, codes.ReauthenticateForm):
    pass


class SetUpAppForm(apps.ActivateTOTPForm):
    """Until a code proves it the secret waits in the session, so in the database: encrypted, as later on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        waiting = session.pop(SECRET_SESSION_KEY, None)
        if waiting:
            # One that cannot be read gives way to a new one.
            with suppress(SecretUnreadable, ValueError):
                session[SECRET_SESSION_KEY] = secrets.decrypt(waiting)
        super().__init__(*args, **kwargs)
        session[SECRET_SESSION_KEY] = secrets.encrypt(self.secret)


class _FromHere(forms.Form):
    """A passkey's answer was made on the hub's own pages: on none of a host whose name ends in the hub's."""

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        if _origin_of(credential) != settings.DOORWARD_URL:
            raise get_adapter().validation_error("incorrect_code")
        checked = getattr(super(), "clean_credential", None)
        return credential if checked is None else checked()


class AddPasskeyForm(_FromHere, passkeys.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("For you, to tell several apart.")
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("Sign in by it alone"), True
        alone.help_text = _("Without a password: the device asks for your finger, face or PIN.")


class AuthenticatePasskeyForm(_Told, _FromHere, passkeys.AuthenticateWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(_Told, _FromHere, passkeys.ReauthenticateWebAuthnForm):
    pass


class LoginPasskeyForm(_Told, _FromHere, passkeys.LoginWebAuthnForm):
    pass


def _origin_of(credential: Any) -> str | None:
    """W3C Web Authentication, section 5.8.1: the origin in clientDataJSON. None: it is none."""
    try:
        origin = json.loads(websafe_decode(credential["response"]["clientDataJSON"]))["origin"]
    except (KeyError, TypeError, ValueError):
        return None
    return origin if isinstance(origin, str) else None
