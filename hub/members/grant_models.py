"""What plans grant of permissions: how often, when, and while the hub is out of reach. Only operations.py beside
this file writes them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.grant import OFFLINE_USES_MAX, Offline
from contract.limits import Across, CountsBy, Limit, LimitError, Window
from hub.contract_errors import text_of
from hub.members.plan_models import Permission, Plan

_OFFLINE = [
    (Offline.ALLOW.value, gettext_lazy("go on by what the edge knows")),
    (Offline.DENY.value, gettext_lazy("refuse")),
    (Offline.AT_MOST.value, gettext_lazy("at most a number of times")),
]


class Grant(models.Model):
    """A plan's permission. Without limits it is not used up. What cannot be together is in grant_rules.py."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="grants")
    permission = models.ForeignKey(Permission, models.PROTECT, related_name="grants")
    schedule = models.ForeignKey(
        "fleet.Schedule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name="hours",
        help_text=gettext_lazy("Empty: at all times."),
    )
    confirm = models.BooleanField(
        gettext_lazy("ask the hub first"),
        default=False,
        help_text=gettext_lazy("Two counters then never both take the last one."),
    )
    offline = models.CharField(
        gettext_lazy("while the hub is out of reach"), max_length=8, choices=_OFFLINE, default=Offline.ALLOW.value
    )
    offline_uses = models.PositiveSmallIntegerField(
        gettext_lazy("how many times"),
        null=True,
        blank=True,
        help_text=format_lazy(
            gettext_lazy("1 to {most} of a member at each edge, until the hub is in reach again."),
            most=OFFLINE_USES_MAX,
        ),
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "permission"],
                name="grant_once",
                violation_error_message=gettext_lazy(
                    "This plan already grants this permission: change that grant instead."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.permission}"


class GrantLimit(models.Model):
    """At most `count` uses within a window; several limits of a grant hold at once. See contract.limits.Limit."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="limits")
    count = models.PositiveIntegerField()
    window = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in Window], default=Window.ROLLING.value
    )
    window_seconds = models.PositiveIntegerField(null=True, blank=True)
    counts_by = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in CountsBy], default=CountsBy.MEMBERSHIP.value
    )
    across = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in Across], default=Across.ALL.value
    )
    gap_seconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(window=Window.ROLLING.value, window_seconds__isnull=False)
                | (~Q(window=Window.ROLLING.value) & Q(window_seconds__isnull=True)),
                name="limit_seconds_where_rolling",
                violation_error_message=gettext_lazy("A rolling window has seconds, and no other has."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.window}"

    @classmethod
    def of(cls, grant: Grant, limit: Limit) -> "GrantLimit":
        return cls(
            grant=grant,
            count=limit.count,
            window=limit.window.value,
            window_seconds=limit.window_seconds,
            counts_by=limit.counts_by.value,
            across=limit.across.value,
            gap_seconds=limit.gap_seconds,
        )

    @property
    def limit(self) -> Limit:
        """contract.limits.LimitError: it cannot be meant."""
        return Limit(
            self.count,
            self.window_seconds,
            Window(self.window),
            CountsBy(self.counts_by),
            Across(self.across),
            self.gap_seconds,
        )

    def clean(self) -> None:
        try:
            self.limit  # noqa: B018
        except LimitError as error:
            raise ValidationError(_("This cannot be: %(why)s.") % {"why": text_of(error)}) from error
