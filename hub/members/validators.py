"""What a name may look like, for people and for topics."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from contract.topics import NAME_PATTERN

slug = RegexValidator(
    rf"\A{NAME_PATTERN}\Z",
    "Use 1 to 32 lower-case letters, digits and hyphens, starting with a letter or digit, as in front-door.",
)


def printable(text: str) -> None:
    """Names are shown in terminals too, where control characters would act."""
    if not text.isprintable():
        raise ValidationError("Leave out line breaks and control characters.")
