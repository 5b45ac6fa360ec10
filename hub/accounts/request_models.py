"""What members ask of staff about a membership that staff move. Only request_operations.py writes it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class MemberRequest(models.Model):
    """It stands until staff say that it is done, or its member asks for something else; one of a kind."""

    class What(models.TextChoices):
        PLAN = "plan", gettext_lazy("another plan")
        SEATS = "seats", gettext_lazy("another number of seats")
        KEEP = "keep", gettext_lazy("the cancellation taken back")

    membership = models.ForeignKey("members.Membership", models.CASCADE, related_name="requests")
    what = models.CharField(max_length=8, choices=What.choices)
    plan = models.ForeignKey("members.Plan", models.CASCADE, null=True, related_name="+")
    seats = models.PositiveIntegerField(null=True)
    asked_by = models.ForeignKey("members.Customer", models.CASCADE, related_name="requests")
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["asked_at", "pk"]
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["membership", "what"], condition=Q(settled_at=None), name="request_open_once"
            )
        ]

    def __str__(self) -> str:
        return _("Request for “%(membership)s”") % {"membership": self.membership}

    def concerns(self) -> tuple[int | None, int | None]:
        """For the audit log: those of its membership."""
        return self.membership.customer_id, self.membership.company_id
