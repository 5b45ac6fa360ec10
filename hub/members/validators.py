"""What a name may look like, for people and for topics."""

from django.core.validators import RegexValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from contract.topics import NAME_PATTERN
from hub.printable import printable

__all__ = ["currency_code", "printable", "slug", "slug_as_in"]


def slug_as_in(example: str) -> RegexValidator:
    """The rule for names that topics, tables and people all can carry, with an example of its kind."""
    rule = gettext_lazy(
        "Use 1 to 32 lower-case letters, digits and hyphens, starting with a letter or digit, as in {example}."
    )
    return RegexValidator(rf"\A{NAME_PATTERN}\Z", format_lazy(rule, example=example))


slug = slug_as_in("front-door")
currency_code = RegexValidator(r"\A[A-Z]{3}\Z", gettext_lazy("Use the three letters of ISO 4217, as in EUR."))
