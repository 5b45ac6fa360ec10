"""Permissions, and what plans grant of them: how often, when and where. Only operations.py beside this file writes
them."""

import secrets
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.billing import DAYS_MAX, MONTHS_MAX, BillingError, BillingInterval
from contract.membership import GRACE_SECONDS_MAX
from hub.members.external_ids import external_id
from hub.members.validators import currency_code, printable, slug

_UNITS: Final = {"days": ("days", 1), "weeks": ("days", 7), "months": ("months", 1), "years": ("months", 12)}
"""What the contract counts a unit in, and how many of that it is."""
TRIAL_DAYS_MAX: Final = 730
"""As payment providers have it."""


class Permission(models.Model):
    """An access right or a benefit. Readers and plans name it by its slug."""

    slug = models.CharField(
        max_length=32,
        unique=True,
        validators=[slug],
        help_text=gettext_lazy("As in front-door. Edges name it in edge.toml, so it cannot be changed later."),
    )
    name = models.CharField(max_length=200, validators=[printable])
    login_required = models.BooleanField(
        default=False,
        help_text=gettext_lazy("Only where somebody is signed in or present: at no reader that stands alone."),
    )
    is_benefit = models.BooleanField(
        gettext_lazy("partners offer it"),
        default=False,
        help_text=gettext_lazy(
            "It stands on the scan page and on members' cards. Off: doors and our own counters ask for it."
        ),
    )
    approved_partners_only = models.BooleanField(
        default=False, help_text=gettext_lazy("Only at the partners chosen here; else at all partners.")
    )
    partner_may_be_said = models.BooleanField(
        gettext_lazy("whoever scans may say that they are there"),
        default=False,
        help_text=gettext_lazy(
            "At the approved partners, on any phone, without a link or a sign-in. Off: where they are known alone."
        ),
    )
    partners = models.ManyToManyField("partners.Partner", through="Approval", related_name="permissions")

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """A partner may redeem a permission that is for approved partners only."""

    permission = models.ForeignKey(Permission, models.CASCADE, related_name="approvals")
    partner = models.ForeignKey("partners.Partner", models.PROTECT, related_name="approvals")

    class Meta:
        # As it is told who would delete the partner.
        verbose_name = gettext_lazy("permission that approves it")
        constraints = [models.UniqueConstraint(fields=["permission", "partner"], name="approval_once")]

    def __str__(self) -> str:
        return _("%(permission)s at %(partner)s") % {"permission": self.permission, "partner": self.partner}


def new_public_id() -> str:
    """What addresses name the plan by: no number that counts, and none that is in any other address."""
    return secrets.token_hex(6)


class Plan(models.Model):
    """`price_cents` is for each billing interval, in a plan for companies for each seat too; `setup_fee_cents` is
    once. `grace_hours` empty: hub.members.status_operations.GRACE_HOURS.
    """

    class Unit(models.TextChoices):
        MONTHS = "months", gettext_lazy("Months")
        DAYS = "days", gettext_lazy("Days")
        WEEKS = "weeks", gettext_lazy("Weeks")
        YEARS = "years", gettext_lazy("Years")

    name = models.CharField(max_length=200, validators=[printable])
    description = models.TextField(blank=True)
    price_cents = models.PositiveIntegerField(
        "price",
        null=True,
        blank=True,
        help_text=gettext_lazy("In the currency's smallest unit, for each billing interval. Empty: none said."),
    )
    currency = models.CharField(
        max_length=3, blank=True, validators=[currency_code], help_text=gettext_lazy("As in EUR or GBP.")
    )
    external_id = external_id()
    billed_every = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=format_lazy(
            gettext_lazy("1 to {months} months or 1 to {days} days. Empty: billed once, or not at all."),
            months=MONTHS_MAX,
            days=DAYS_MAX,
        ),
    )
    billed_in = models.CharField(gettext_lazy("unit"), max_length=8, choices=Unit.choices, default=Unit.MONTHS)
    trial_days = models.PositiveSmallIntegerField(
        gettext_lazy("trial"),
        default=0,
        validators=[MaxValueValidator(TRIAL_DAYS_MAX)],
        help_text=gettext_lazy("In days, before the first payment. 0: none."),
    )
    setup_fee_cents = models.PositiveIntegerField(
        gettext_lazy("setup fee"),
        default=0,
        help_text=gettext_lazy("In the currency's smallest unit, once, with the first payment. 0: none."),
    )
    tax_text = models.CharField(
        gettext_lazy("tax"),
        max_length=200,
        blank=True,
        validators=[printable],
        help_text=gettext_lazy("What stands beside the price, as in “incl. 19 % VAT”."),
    )
    grace_hours = models.PositiveSmallIntegerField(
        gettext_lazy("grace"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(GRACE_SECONDS_MAX // 3_600)],
        help_text=gettext_lazy("For how many hours a member goes on while a renewal is unpaid. Empty: 72."),
    )
    by_invoice = models.BooleanField(
        gettext_lazy("by invoice or in cash"),
        default=False,
        help_text=gettext_lazy(
            "Who joins can choose to pay you directly, and waits until you mark it as paid. Without a payment"
            " provider this is the only way."
        ),
    )
    is_public = models.BooleanField(
        gettext_lazy("public"), default=False, help_text=gettext_lazy("Everybody can choose it on the join page.")
    )
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    signup_text = models.TextField(
        gettext_lazy("text on the join page"), blank=True, max_length=2_000, help_text=gettext_lazy("Plain text.")
    )
    for_companies = models.BooleanField(
        gettext_lazy("for companies"),
        default=False,
        help_text=gettext_lazy("A company takes it for its people; the price is for each seat."),
    )
    seats_max = models.PositiveIntegerField(
        gettext_lazy("most seats"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy("Of a plan for companies: the most that one can take. Empty: any number."),
    )
    permissions = models.ManyToManyField(Permission, through="Grant", related_name="plans")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price_cents__isnull=True) | ~Q(currency=""),
                name="plan_price_has_currency",
                violation_error_message=gettext_lazy("A price needs its currency, as in EUR."),
            ),
            models.CheckConstraint(
                condition=Q(setup_fee_cents=0) | Q(price_cents__isnull=False),
                name="plan_setup_fee_has_price",
                violation_error_message=gettext_lazy("A setup fee comes with a price: say one, and be it 0."),
            ),
            models.CheckConstraint(
                condition=Q(trial_days=0) | Q(billed_every__isnull=False),
                name="plan_trial_is_billed_after",
                violation_error_message=gettext_lazy(
                    "A trial comes before payments that come again: say how often."
                ),
            ),
            models.CheckConstraint(
                condition=Q(seats_max__isnull=True) | Q(for_companies=True),
                name="plan_seats_are_companies",
                violation_error_message=gettext_lazy("Seats are for plans that companies take."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def billing(self) -> BillingInterval | None:
        """A week is 7 days, a year 12 months. contract.billing.BillingError: there is no such interval."""
        if self.billed_every is None:
            return None
        unit, times = _UNITS[self.billed_in]
        return BillingInterval(**{unit: times * self.billed_every})

    def clean(self) -> None:
        try:
            self.billing  # noqa: B018
        except BillingError as error:
            said = _("This cannot be: %(why)s.") % {"why": error}
            raise ValidationError({"billed_every": said}) from error
