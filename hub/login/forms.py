"""The admin's sign-in form, with the brake on guessing."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.forms import AuthenticationForm

from hub.login import operations
from hub.login.address import address_of


class ThrottledLoginForm(AuthenticationForm):
    """Refuses without looking at the password once there were too many failures."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username") or ""
        attempt = operations.begin_attempt(username, address_of(self.request), timezone.now())
        if attempt is None:
            minutes = operations.WINDOW.seconds // 60
            raise ValidationError(f"Too many failed attempts. Wait {minutes} minutes, then try again.")
        cleaned = super().clean()
        operations.succeed(attempt)
        return cleaned
