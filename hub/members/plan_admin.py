"""Permissions and plans in Django's admin. Whoever may change a plan may change what it grants."""

from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.db.models import Field, QuerySet
from django.forms import BaseModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline
from unfold.decorators import display

from contract.grant import OFFLINE_USES_MAX
from hub.members import operations, plan_text, queries
from hub.members.models import Grant, Permission, Plan
from hub.members.operations_admin import OperationsAdmin
from hub.members.plan_forms import GrantForm, GrantFormSet, PermissionForm


@admin.register(Permission)
class PermissionAdmin(OperationsAdmin):
    form = PermissionForm
    delete_operation = staticmethod(operations.delete_permissions)
    fields = [
        *("name", "slug", "is_benefit", "login_required", "approved_partners_only", "approved"),
        "partner_may_be_said",
    ]
    conditional_fields = {
        "approved": "approved_partners_only == true",
        "partner_may_be_said": "approved_partners_only == true",
    }
    list_display = ["name", "slug", "is_benefit", "where", "who"]
    search_fields = ["name", "slug"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Permission]:
        return super().get_queryset(request).prefetch_related("partners")

    def get_readonly_fields(self, request: HttpRequest, obj: Permission | None = None) -> list[str]:
        # Edges' configurations name it.
        return [] if obj is None else ["slug"]

    def save_model(self, request: HttpRequest, obj: Permission, form: BaseModelForm, change: bool) -> None:
        operations.save_permission(obj, form.cleaned_data.get("approved"))
        warn_of_permissions_for_nobody(request)

    @display(description=gettext_lazy("Login"))
    def who(self, permission: Permission) -> str:
        return _("required") if permission.login_required else _("not required")

    @display(description=gettext_lazy("Partners"))
    def where(self, permission: Permission) -> str:
        if not permission.approved_partners_only:
            return "all"
        return ", ".join(each.name for each in permission.partners.all() if each.active) or _("✕ none is active")


class GrantInline(StackedInline):
    model = Grant
    form = GrantForm
    formset = GrantFormSet
    fields = [
        "permission",
        "limits",
        ("schedule", "confirm"),
        ("offline", "offline_uses"),
        "offline_means",
    ]
    readonly_fields = ["offline_means"]
    extra = 0

    @cached_property
    def edges(self) -> int:
        """An inline lives for one request."""
        return queries.edges_following()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grant]:
        grants = super().get_queryset(request)
        return grants.select_related("plan", "permission", "schedule").prefetch_related("limits")

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "offline_uses":
            kwargs["help_text"] = _(
                "1 to %(most)s for a member at each edge, until the hub is in reach again. %(edges)s"
            ) % {"most": OFFLINE_USES_MAX, "edges": plan_text.edges_text(self.edges)}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description=gettext_lazy("Offline this means"))
    def offline_means(self, grant: Grant) -> str:
        return plan_text.offline_text(grant, self.edges) if grant.pk else _("shown once it is saved")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view") or self._may(request, "change")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change" if obj else "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def _may(self, request: HttpRequest, what: str) -> bool:
        return request.user.has_perm(f"members.{what}_plan")


@admin.register(Plan)
class PlanAdmin(OperationsAdmin):
    delete_operation = staticmethod(operations.delete_plans)
    fields = ["name", "description", ("billed_every", "billed_in")]
    list_display = ["name", "billed", "grants_listed"]
    search_fields = ["name"]
    inlines = [GrantInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return queries.plans_with_grants().order_by("name", "id")

    def save_model(self, request: HttpRequest, obj: Plan, form: BaseModelForm, change: bool) -> None:
        """With its grants, in save_related: each may need what changes in the other."""

    def save_related(
        self, request: HttpRequest, form: BaseModelForm, formsets: list[BaseInlineFormSet], change: bool
    ) -> None:
        changed, leaving = [], []
        for formset in formsets:
            saved = {id(each) for each in formset.save(commit=False)}
            changed += [
                (each.instance, each.cleaned_data["limits"]) for each in formset if id(each.instance) in saved
            ]
            leaving += formset.deleted_objects
        operations.save_plan(form.instance, changed, leaving)

    @display(description=gettext_lazy("Billed"))
    def billed(self, plan: Plan) -> str:
        return plan_text.billing_text(plan)

    @display(description=gettext_lazy("Permissions"))
    def grants_listed(self, plan: Plan) -> str:
        return ", ".join(plan_text.grant_text(grant) for grant in plan.grants.all())


def warn_of_permissions_for_nobody(request: HttpRequest) -> None:
    """After something was saved that may have left permissions without an active partner."""
    for permission in queries.redeemable_nowhere():
        messages.warning(
            request,
            _("“%(permission)s” can be redeemed nowhere: none of its approved partners is active.")
            % {"permission": permission},
        )
