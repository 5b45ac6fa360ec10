"""What django-allauth asks us where it signs people in: the brake on guessing, secrets at rest, who we are to a
passkey. It calls these classes by the names in the settings."""

from typing import Any, Final

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.access import secrets
from hub.access.sessions import forget_lapsed
from hub.login import operations as brake
from hub.login import told
from hub.login.address import address_of
from hub.login.models import FailedLogin

_WRONG: Final = _("The name and the password do not fit together.")


class AccountAdapter(DefaultAccountAdapter):
    """Attempts are counted before the password is looked at, by the hub's own brake."""

    error_messages: Final = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many failed attempts. Wait 15 minutes, then try again."),
        "email_password_mismatch": _WRONG,
        "username_password_mismatch": _WRONG,
    }
    _attempt: FailedLogin | None = None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        name = credentials.get("username") or credentials.get("email") or ""
        self._attempt = brake.begin_attempt(name, address_of(request), timezone.now())
        if self._attempt is None:
            told.sign_in_failed(request, "desk", "too_many_passwords")
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        if user is None:
            told.sign_in_failed(request, "desk", "password")
        if user is not None and self._attempt is not None:
            brake.succeed(self._attempt)
            forget_lapsed(timezone.now())
        return user

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages: Final = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or it has been used already."),
    }

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        svg: str = segno.make(url, error="m").svg_inline(scale=4, border=4, svgclass=None, lineclass=None)
        return svg

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 (as it is called)
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """By the hub's public address, whatever a request calls it."""
        return {"id": settings.ENVIRONMENT.host, "name": "Doorward"}
