"""The fleet in Django's admin: edges and readers; sites and schedules are in hours_admin.py."""

from typing import Any, ClassVar, Final

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import BaseModelForm, ModelChoiceField, ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet import (
    edge_toml,
    feed_admin,  # noqa: F401
    hours_admin,  # noqa: F401
    operations,
)
from hub.fleet.models import Edge, Reader
from hub.fleet.presence_admin import PresenceColumns, presence_context
from hub.fleet.secrets_missing import warn_of_missing_secrets
from hub.members.operations_admin import OperationsAdmin, without_form
from hub.members.revoking_admin import RevocableAdmin

_NAMED_BY_READERS: Final = ("permission", "partner", "unlocked_schedule", "lockdown_permission", "undo_permission")


class ReaderFormSet(BaseInlineFormSet):
    """An edge's readers. What may be chosen is asked for once, not by each."""

    def add_fields(self, form: ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for name in ("permission", "partner"):
            if name in form.fields:
                form.fields[name].choices = self._choices(name, form.fields[name])

    def _choices(self, name: str, field: ModelChoiceField) -> list[tuple[Any, str]]:
        known: dict[str, list[tuple[Any, str]]] = self.__dict__.setdefault("_known_choices", {})
        if name not in known:
            known[name] = list(field.choices)
        return known[name]


class ReaderInline(TabularInline):
    """What a reader is set to otherwise stands on its own page."""

    model = Reader
    formset = ReaderFormSet
    fields = ["name", "kind", "permission", "partner"]
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reader]:
        return super().get_queryset(request).select_related("edge", "permission", "partner")

    def has_add_permission(self, request: HttpRequest, obj: Edge | None = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_configured(obj)

    def has_change_permission(self, request: HttpRequest, obj: Edge | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_configured(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Edge | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_configured(obj)


def _is_configured(edge: Edge | None) -> bool:
    """Its readers are then those of the configuration that was pushed to it."""
    return edge is not None and edge.config_generation > 0


class EdgeAdmin(PresenceColumns, RevocableAdmin):
    """Registered by hub/orders, which says what follows from saving and revoking an edge."""

    save_operation = staticmethod(operations.save_edge)
    delete_operation = staticmethod(operations.delete_edges)
    revoke_otherwise = gettext_lazy(
        "It takes effect at once and for good; to take an edge back, enrol it anew with a new code."
    )
    inline_operations = {Reader: (without_form(operations.save_reader), operations.delete_readers)}
    list_display = ["name", "light", "since", "faults", "site", "feed"]
    list_select_related = ["site", "feed", "presence"]
    search_fields = ["name"]
    inlines = [ReaderInline]
    change_form_outer_before_template = "fleet/edge_presence.html"
    shown_with: ClassVar[list[str]] = []
    """What columns of rooms above this one, which add them to `list_display`, read of an edge."""

    def may_be_revoked(self, thing: Edge) -> bool:
        return thing.signing_key is not None and thing.revoked_at is None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edge]:
        return super().get_queryset(request).prefetch_related(*self.shown_with)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        edge = self.get_object(request, object_id)
        if edge is not None and self.has_view_permission(request, edge):
            toml = edge_toml.edge_toml(edge, edge.readers.select_related(*_NAMED_BY_READERS))
            extra_context = {**(extra_context or {}), **presence_context(edge), "toml": toml}
            if _is_configured(edge):
                extra_context |= {"configured": edge.pk, "toml": None}
        return super().change_view(request, object_id, form_url, extra_context)

    def save_related(
        self, request: HttpRequest, form: BaseModelForm, formsets: list[BaseInlineFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        warn_of_missing_secrets(request, edge=form.instance)

    def get_readonly_fields(self, request: HttpRequest, obj: Edge | None = None) -> list[str]:
        # The edge's own configuration and its topics name it.
        return [] if obj is None else ["name"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        everyone = Feed.objects.filter(name=EVERYONE).first()
        return {"feed": everyone and everyone.pk, **super().get_changeform_initial_data(request)}


@admin.register(Reader)
class ReaderAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_reader)
    delete_operation = staticmethod(operations.delete_readers)
    list_before_template = "fleet/reader_note.html"
    change_form_outer_before_template = "fleet/reader_note.html"
    list_display = ["name", "edge", "kind", "permission", "partner", "posture", "enabled"]
    list_select_related = ["edge", "permission", "partner"]
    list_filter = ["kind", "edge"]
    fieldsets = [
        (None, {"fields": ["edge", "name", "kind", "permission", "mode", "partner", "enabled", "attended"]}),
        (gettext_lazy("What it takes"), {"fields": ["codes", "clock", "replica_age_seconds_max"]}),
        (gettext_lazy("Coming and going"), {"fields": ["area", "direction", "passback", "passback_seconds"]}),
        (
            gettext_lazy("Open, or in lockdown"),
            {"fields": ["posture", "unlocked_schedule", "lockdown_permission"]},
        ),
        (gettext_lazy("At the counter"), {"fields": ["confirm_seconds", "rescan_seconds", "undo_permission"]}),
    ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        reader = self.get_object(request, object_id)
        if reader is not None and self.has_view_permission(request, reader):
            extra_context = {**(extra_context or {}), "toml": edge_toml.reader_toml(reader)}
            extra_context["configured"] = reader.edge_id if _is_configured(reader.edge) else None
        return super().change_view(request, object_id, form_url, extra_context)

    def has_change_permission(self, request: HttpRequest, obj: Reader | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and _is_configured(obj.edge))

    def has_delete_permission(self, request: HttpRequest, obj: Reader | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and _is_configured(obj.edge))

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "edge":
            kwargs["queryset"] = Edge.objects.filter(config_generation=0)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Reader, form: BaseModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        warn_of_missing_secrets(request, pk=obj.pk)
