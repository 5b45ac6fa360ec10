"""The organization's settings: one row, which need not be there. Only operations.py beside this file writes it."""

from typing import ClassVar, Final

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.organization.signup_models import Signup
from hub.printable import printable

__all__ = ["Organization", "Sees", "Signup"]

THE_ONE: Final = 1
EXPIRING_DAYS_MAX: Final = 90
_colour = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", _("Use a colour as in #0f766e."))


class Sees(models.TextChoices):
    """What somebody whom nobody knows sees of the member whose code they have scanned; a partner sees all."""

    STATUS = "status", _("Only whether the membership is active")
    CAREFUL = "careful", _("First name and initial, plan, status, and what is left of each benefit")
    ALL = "all", _("Name, photo, plan, status, benefits, and recent check-ins without the partners' names")


class Organization(models.Model):
    """Its defaults are the careful ones, and hold where no row is."""

    AUDIT_HIDDEN: ClassVar = ("id",)

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    name = models.CharField(
        _("name"), max_length=100, blank=True, help_text=_("On cards, letters and pages."), validators=[printable]
    )
    colour = models.CharField(_("colour"), max_length=7, default="#0f766e", validators=[_colour])
    visitor_sees = models.CharField(
        _("whoever scans a card sees"), max_length=16, choices=Sees.choices, default=Sees.CAREFUL
    )
    visitors_check_in = models.BooleanField(
        _("whoever scans a card may check in"),
        default=True,
        help_text=_("For benefits that are not used up. Off: only partners and staff."),
    )
    visitors_redeem = models.BooleanField(
        _("whoever scans a card may use up limited benefits"),
        default=False,
        help_text=_("Off: only partners, by their link or signed in, and staff."),
    )
    login_required = models.BooleanField(
        _("scan pages ask for a sign-in"),
        default=False,
        help_text=_("On: who is not known sees nothing at all; a partner's link is not enough either."),
    )
    members_set_photo = models.BooleanField(
        _("members choose their photo themselves"),
        default=False,
        help_text=_("Off: staff alone set it. Partners know members by it."),
    )
    expiring_days = models.PositiveSmallIntegerField(
        _("days of notice before a membership ends"),
        default=14,
        validators=[MaxValueValidator(EXPIRING_DAYS_MAX)],
        help_text=_("Its member gets a letter then, unless it renews by itself. 0: no such letters."),
    )
    language = models.CharField(
        _("language of letters"), max_length=8, default="en", choices=[("en", _("English")), ("de", _("German"))]
    )
    reply_to = models.EmailField(
        _("answers to letters go to"), blank=True, help_text=_("Empty: to the address that they are from.")
    )

    def __str__(self) -> str:
        return self.name or "Doorward"

    def save(self, *args: object, **kwargs: object) -> None:
        self.id = THE_ONE
        super().save(*args, **kwargs)  # type: ignore[arg-type]
