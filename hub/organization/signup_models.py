"""How people join by themselves: one row, which need not be there. Only operations.py beside this file writes
it."""

from hashlib import sha256
from typing import Any, ClassVar, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.printable import printable

TERMS_LETTERS_MAX: Final = 20_000
_VERSION_LETTERS: Final = 16


class Asks(models.TextChoices):
    OFF = "off", _("Not asked for")
    OPTIONAL = "optional", _("Asked for, may stay empty")
    REQUIRED = "required", _("Has to be filled in")


def _asks(label: Any) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=8, choices=Asks.choices, default=Asks.OFF)


def _question(label: Any) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=200, blank=True, validators=[printable])


class Signup(models.Model):
    """Its defaults are the careful ones, and hold where no row is: nobody joins by themselves."""

    AUDIT_HIDDEN: ClassVar = ("id",)

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_open = models.BooleanField(
        _("people can join by themselves"),
        default=False,
        help_text=_("On the join page, and in frames on your websites, for each plan that is public."),
    )
    title = models.CharField(
        _("title"), max_length=100, blank=True, validators=[printable], help_text=_("Empty: “Join us”.")
    )
    text = models.TextField(_("text"), max_length=2_000, blank=True, help_text=_("Plain text, above the plans."))
    terms = models.TextField(
        _("terms"),
        max_length=TERMS_LETTERS_MAX,
        blank=True,
        help_text=_("Plain text that whoever joins has to accept. Empty: there are none."),
    )
    how_to_pay = models.TextField(
        _("how to pay"),
        max_length=1_000,
        blank=True,
        help_text=_(
            "For whoever pays by invoice or in cash: to whom, the IBAN, what to write as the reference. It stands"
            " at the end of joining, in the letter, and beside what a member owes."
        ),
    )
    asks_phone = _asks(_("phone number"))
    asks_birthday = _asks(_("date of birth"))
    asks_address = _asks(_("postal address"))
    question_1 = _question(_("first question"))
    question_1_needed = models.BooleanField(_("the first has to be answered"), default=False)
    question_2 = _question(_("second question"))
    question_2_needed = models.BooleanField(_("the second has to be answered"), default=False)
    question_3 = _question(_("third question"))
    question_3_needed = models.BooleanField(_("the third has to be answered"), default=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("settings of joining")

    def __str__(self) -> str:
        return str(_("Settings of joining"))

    @property
    def terms_version(self) -> str:
        """Another one wherever a letter of the terms is; empty: there are none."""
        return sha256(self.terms.encode()).hexdigest()[:_VERSION_LETTERS] if self.terms else ""

    @property
    def questions(self) -> list[tuple[str, bool]]:
        """What is asked, and whether it has to be answered."""
        asked = [(getattr(self, f"question_{each}"), getattr(self, f"question_{each}_needed")) for each in "123"]
        return [(question, needed) for question, needed in asked if question]

    def save(self, *args: object, **kwargs: object) -> None:
        self.id = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]
