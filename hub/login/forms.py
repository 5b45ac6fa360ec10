"""The admin's sign-in form, with the brake on guessing."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import AuthenticationForm

from hub.login import operations

_LOOPBACK = ("127.0.0.1", "::1")


class ThrottledLoginForm(AuthenticationForm):
    """Refuses without looking at the password once there were too many failures."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username") or ""
        attempt = operations.begin_attempt(username, _address(self.request), timezone.now())
        if attempt is None:
            minutes = operations.WINDOW.seconds // 60
            raise ValidationError(f"Too many failed attempts. Wait {minutes} minutes, then try again.")
        cleaned = super().clean()
        operations.succeed(attempt)
        return cleaned


def _address(request: HttpRequest) -> str:
    """Who asks. Only a proxy on this machine is believed about whom it asks for."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return forwarded.rsplit(",", 1)[-1].strip() if peer in _LOOPBACK and forwarded else peer
