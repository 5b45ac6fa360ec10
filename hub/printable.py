"""What a name of anything may hold."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def printable(text: str) -> None:
    """Names are shown in terminals too, where control characters would act, and stand in letters' headers."""
    if not text.isprintable():
        raise ValidationError(_("Leave out line breaks and control characters."))
