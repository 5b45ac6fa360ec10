"""Customers in Django's admin once more, with what only check-ins know: staff count somebody as outside again."""

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from hub.checkins import staff_operations
from hub.members.admin import CustomerAdmin
from hub.members.models import Customer

# The members know nothing of check-ins: their page of customers is replaced by one that does.
admin.site.unregister(Customer)


@admin.register(Customer)
class PassingCustomerAdmin(CustomerAdmin):
    actions = [*CustomerAdmin.actions, "reset_passages"]

    @action(description=gettext_lazy("Count as outside of every area"), permissions=["change"])
    def reset_passages(self, request: HttpRequest, queryset: QuerySet[Customer]) -> None:
        """For who went out unseen, and would be refused by anti-passback."""
        reset = staff_operations.reset_passages(queryset, timezone.now())
        LogEntry.objects.log_actions(request.user.pk, reset, CHANGE, "Counts as outside of every area.")
        messages.success(request, _("Customers who count as outside now: %(count)s.") % {"count": len(reset)})
