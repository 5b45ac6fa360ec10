"""What a name may look like, for people and for topics."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from contract.topics import NAME_PATTERN


def slug_as_in(example: str) -> RegexValidator:
    """The rule for names that topics, tables and people all can carry, with an example of its kind."""
    rule = "Use 1 to 32 lower-case letters, digits and hyphens, starting with a letter or digit"
    return RegexValidator(rf"\A{NAME_PATTERN}\Z", f"{rule}, as in {example}.")


slug = slug_as_in("front-door")
currency_code = RegexValidator(r"\A[A-Z]{3}\Z", "Use the three letters of ISO 4217, as in EUR.")


def printable(text: str) -> None:
    """Names are shown in terminals too, where control characters would act."""
    if not text.isprintable():
        raise ValidationError("Leave out line breaks and control characters.")
