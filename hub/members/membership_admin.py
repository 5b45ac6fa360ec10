"""Memberships in Django's admin: renewal and trial, freezes, and what staff do to many at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import model_ngettext
from django.db.models import DateTimeField, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.overrides import FORMFIELD_OVERRIDES_INLINE

from hub.members import operations, queries, status_operations
from hub.members.forms import FreezeFormSet
from hub.members.instant_fields import DayOrInstantField
from hub.members.labels import COLOURS, Label, status_label
from hub.members.models import Freeze, Membership
from hub.members.revoking_admin import RevocableAdmin
from hub.members.status_operations import Refused

INLINE_FIELDS = {**FORMFIELD_OVERRIDES_INLINE, DateTimeField: {"form_class": DayOrInstantField}}


class MembershipInline(TabularInline):
    """On its holder's page."""

    model = Membership
    fields = ["status", "plan", "starts_at", "ends_at"]
    readonly_fields = ["status"]
    formfield_overrides = INLINE_FIELDS
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).prefetch_related("freezes")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "starts_at":
            kwargs["initial"] = timezone.now
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description=gettext_lazy("Status"))
    def status(self, membership: Membership) -> str | None:
        return status_label(queries.status_of(membership, timezone.now()))[1] if membership.pk else None


class FreezeInline(TabularInline):
    """Whoever may change the membership may freeze it."""

    model = Freeze
    formset = FreezeFormSet
    fields = ["from_at", "until_at"]
    formfield_overrides = INLINE_FIELDS
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view") or self._may(request, "change")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def _may(self, request: HttpRequest, what: str) -> bool:
        return request.user.has_perm(f"members.{what}_membership")


@admin.register(Membership)
class MembershipAdmin(RevocableAdmin):
    save_operation = staticmethod(operations.save_membership)
    delete_operation = staticmethod(operations.delete_memberships)
    revoke_operation = staticmethod(operations.revoke_memberships)
    revoke_otherwise = gettext_lazy(
        "It takes effect at once and for good; “Ends” on its page is there to end one later."
    )
    actions = ["revoke", "cancel", "freeze", "resume"]
    list_display = ["holder", "plan", "status", "starts_at", "ends_at"]
    list_select_related = ["plan", "customer", "company"]
    list_filter = ["plan"]
    search_fields = ["customer__name", "company__name"]
    autocomplete_fields = ["plan", "customer", "company"]
    readonly_fields = ["status_now", "revoked_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).prefetch_related("freezes")

    def get_fieldsets(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        fields = ["plan", "customer", "company", "starts_at", "ends_at"]
        renewal = ["pending", "at_end", "grace_hours", "trial_until", "freezes_extend"]
        shown = fields if obj is None else ["status_now", *fields, "revoked_at"]
        return [(None, {"fields": shown}), (_("Renewal and trial"), {"fields": renewal})]

    def get_inlines(self, request: HttpRequest, obj: Membership | None) -> list[Any]:
        """There is nothing to freeze before there is a membership."""
        return [] if obj is None else [FreezeInline]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"starts_at": timezone.now(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """Whoever freezes what a payment provider bills changes nothing else, not even parts of a second."""
        if form.changed_data or not change:
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseInlineFormSet, change: bool) -> None:
        changed = formset.save(commit=False)
        status_operations.save_freezes(form.instance, changed, formset.deleted_objects)

    @display(description=gettext_lazy("Holder"))
    def holder(self, membership: Membership) -> str:
        return str(membership.customer or membership.company)

    @display(description=gettext_lazy("Status"), label=COLOURS)
    def status(self, membership: Membership) -> Label:
        return status_label(queries.status_of(membership, timezone.now()))

    @display(description=gettext_lazy("Status"))
    def status_now(self, membership: Membership) -> str:
        # As stored: a form that does not fit has changed this one.
        return self.status(Membership.objects.get(pk=membership.pk))[1]

    @action(description=gettext_lazy("Cancel at its end"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(request, queryset, "Cancelled for its end.", _("Cancelled for its end: %(things)s."), _cancel)

    @action(description=gettext_lazy("Freeze now"), permissions=["change"])
    def freeze(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(request, queryset, "Frozen.", _("Frozen: %(things)s."), _freeze)

    @action(description=gettext_lazy("Resume"), permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(request, queryset, "Resumed.", _("Resumed: %(things)s."), status_operations.resume_membership)

    def _do(
        self,
        request: HttpRequest,
        memberships: QuerySet[Membership],
        kept: str,
        done: str,
        operation: Callable[[Membership, datetime], object],
    ) -> None:
        """Each for itself: what is refused for one is said, and holds up no other. `kept` stands in the history,
        in one language; `done` is told."""
        at = timezone.now()
        changed = []
        for membership in memberships:
            try:
                operation(membership, at)
            except Refused as error:
                messages.error(request, _("Not done: %(error)s.") % {"error": error})
            else:
                changed.append(membership)
        LogEntry.objects.log_actions(request.user.pk, changed, CHANGE, kept)
        if changed:
            things = f"{len(changed)} {model_ngettext(self.opts, len(changed))}"
            messages.success(request, done % {"things": things})


def _cancel(membership: Membership, at: datetime) -> None:
    status_operations.cancel_membership(membership, at)


def _freeze(membership: Membership, at: datetime) -> None:
    status_operations.freeze_membership(membership, at, None)
