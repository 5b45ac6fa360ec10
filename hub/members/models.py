"""Customers, companies, memberships and cards; plans are in plan_models.py, what is known of people and companies
beyond that in profile_models.py. Only the files of operations beside this one write them.

A membership's status is computed (contract.membership), never stored. A card's code is kept encrypted, and found
again by its hash.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.membership import GRACE_SECONDS_MAX, AtEnd
from hub.members.external_ids import external_id
from hub.members.folding import SearchTextField
from hub.members.grant_models import Grant, GrantLimit
from hub.members.plan_models import Approval, Permission, Plan
from hub.members.profile_models import CompanyNote, CustomerNote, CustomerPhoto
from hub.members.validators import printable

__all__ = [
    "Approval",
    "Card",
    "Company",
    "CompanyNote",
    "Customer",
    "CustomerNote",
    "CustomerPhoto",
    "Freeze",
    "Grant",
    "GrantLimit",
    "Link",
    "Membership",
    "Permission",
    "Plan",
]

GRACE_HOURS_MAX = GRACE_SECONDS_MAX // 3_600
_AT_END = [
    (AtEnd.ENDS.value, gettext_lazy("it ends")),
    (AtEnd.RENEWS.value, gettext_lazy("it renews")),
    (AtEnd.CANCELLED.value, gettext_lazy("it ends, cancelled")),
    (AtEnd.PAYMENT_FAILED.value, gettext_lazy("it ends, payment failed")),
]


class Customer(models.Model):
    AUDIT_HIDDEN = ("search_text",)

    name = models.CharField(max_length=200, validators=[printable])
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True, validators=[printable])
    external_id = external_id()
    search_text = SearchTextField("email", "phone", "external_id")
    companies = models.ManyToManyField("Company", through="Link", related_name="customers")

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(Lower("email"), name="customer_by_email")]
        permissions = [
            ("import_csv", gettext_lazy("Can import customers, companies and memberships")),
            ("export_csv", gettext_lazy("Can export customers, companies and memberships")),
        ]

    def __str__(self) -> str:
        return self.name


class Company(models.Model):
    AUDIT_HIDDEN = ("search_text",)

    name = models.CharField(max_length=200, validators=[printable])
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True, validators=[printable])
    external_id = external_id()
    search_text = SearchTextField("email", "phone", "external_id")

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """A customer belongs to a company and inherits its memberships."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="links")
    company = models.ForeignKey(Company, models.CASCADE, related_name="links")
    is_admin = models.BooleanField(
        gettext_lazy("administers the company"),
        default=False,
        help_text=gettext_lazy("They invite and remove its people on their own page, and see what it pays."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "company"],
                name="link_once",
                violation_error_message=gettext_lazy("This customer already belongs to this company."),
            )
        ]

    def __str__(self) -> str:
        return _("%(customer)s at %(company)s") % {"customer": self.customer, "company": self.company}


class Membership(models.Model):
    """A plan held by one customer, or by a company for everyone linked to it, over [starts_at, ends_at)."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="memberships")
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="memberships")
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="memberships")
    starts_at = models.DateTimeField("starts")
    ends_at = models.DateTimeField(
        "ends",
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "Empty: no end. The end itself is excluded; a date without a time is its midnight (UTC)."
        ),
    )
    revoked_at = models.DateTimeField("revoked", null=True, blank=True)
    pending = models.BooleanField(
        gettext_lazy("first payment open"),
        default=False,
        help_text=gettext_lazy("It grants nothing until the payment is confirmed."),
    )
    at_end = models.CharField(gettext_lazy("at its end"), max_length=16, choices=_AT_END, default=AtEnd.ENDS.value)
    grace_hours = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(GRACE_HOURS_MAX)],
        help_text=format_lazy(
            gettext_lazy("How long it goes on after its end where a renewal is due: 0 to {most}. Empty: 72."),
            most=GRACE_HOURS_MAX,
        ),
    )
    trial_until = models.DateTimeField(
        gettext_lazy("trial until"), null=True, blank=True, help_text=gettext_lazy("Empty: no trial.")
    )
    freezes_extend = models.BooleanField(
        gettext_lazy("freezes extend it"),
        default=True,
        help_text=gettext_lazy("Each freeze moves the end on by its length."),
    )
    seats = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy("Of a company's: how many people can belong to it. Empty: any number."),
    )
    billed_by = models.CharField(max_length=16, blank=True, default="", editable=False)
    """The payment provider by whose word its dates and its plan move, and by nobody else's; empty: by staff's."""
    external_id = external_id()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__isnull=True) | Q(company__isnull=False),
                name="membership_seats_are_a_companys",
                violation_error_message=gettext_lazy("Seats are for memberships of companies."),
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False, company__isnull=True)
                | Q(customer__isnull=True, company__isnull=False),
                name="membership_one_holder",
                violation_error_message=gettext_lazy(
                    "Choose either a customer or a company to hold this membership."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="membership_ends_after_start",
                violation_error_message=gettext_lazy("The end has to lie after the start."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=False) | Q(at_end__in=[AtEnd.ENDS.value, AtEnd.RENEWS.value]),
                name="membership_cancelled_for_an_end",
                violation_error_message=gettext_lazy(
                    "Without an end there is nothing to be cancelled for: give it one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(trial_until__isnull=True) | Q(trial_until__gt=F("starts_at")),
                name="membership_trial_after_start",
                violation_error_message=gettext_lazy("The trial has to end after the start."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(plan)s of %(holder)s") % {"plan": self.plan, "holder": self.customer or self.company}


class Freeze(models.Model):
    """A membership is suspended over [from_at, until_at); freezes of a membership do not overlap."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="freezes")
    from_at = models.DateTimeField("from")
    until_at = models.DateTimeField(
        "until", null=True, blank=True, help_text=gettext_lazy("Empty: until further notice.")
    )

    class Meta:
        ordering = ["from_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gt=F("from_at")),
                name="freeze_ends_after_it_begins",
                violation_error_message=gettext_lazy("The freeze has to end after it begins."),
            )
        ]

    def __str__(self) -> str:
        return _("Freeze of %(membership)s") % {"membership": self.membership}

    def concerns(self) -> tuple[int | None, int | None]:
        """For the audit log: those of its membership."""
        return self.membership.customer_id, self.membership.company_id


class Card(models.Model):
    """A customer's card. Its dates are its own, apart from any membership's."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="cards")
    lookup_hash = models.BinaryField(max_length=32, unique=True)
    code_encrypted = models.BinaryField(max_length=512)
    rotating_salt = models.BinaryField(max_length=16, null=True, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("see_card_code", gettext_lazy("Can see and print the codes of cards"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gt=F("valid_from")),
                name="card_ends_after_start",
                violation_error_message=gettext_lazy("The card's last date has to lie after its first."),
            )
        ]

    def __str__(self) -> str:
        return _("Card %(number)s of %(customer)s") % {"number": self.pk, "customer": self.customer}
