"""Partners in Django's admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from hub.members.operations_admin import OperationsAdmin
from hub.members.plan_admin import warn_of_permissions_for_nobody
from hub.partners import operations
from hub.partners.models import Partner


@admin.register(Partner)
class PartnerAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_partner)
    delete_operation = staticmethod(operations.delete_partners)
    fields = ["name", "slug", "active"]
    list_display = ["name", "slug", "active", "approved_for"]
    list_filter = ["active"]
    search_fields = ["name", "slug"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Partner]:
        return super().get_queryset(request).prefetch_related("permissions")

    def get_readonly_fields(self, request: HttpRequest, obj: Partner | None = None) -> list[str]:
        # Edges' configurations name it.
        return [] if obj is None else ["slug"]

    def save_model(self, request: HttpRequest, obj: Partner, form: BaseModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        warn_of_permissions_for_nobody(request)

    @display(description=gettext_lazy("Approved for"))
    def approved_for(self, partner: Partner) -> str:
        return ", ".join(each.name for each in partner.permissions.all())
