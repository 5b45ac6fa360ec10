"""The fleet in Django's admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet import operations
from hub.fleet.models import Edge, Reader, Site
from hub.members.operations_admin import OperationsAdmin, without_form


class ReaderInline(TabularInline):
    model = Reader
    extra = 0


@admin.register(Site)
class SiteAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_site)
    delete_operation = staticmethod(operations.delete_sites)
    list_display = ["name", "time_zone"]
    search_fields = ["name"]


@admin.register(Edge)
class EdgeAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_edge)
    delete_operation = staticmethod(operations.delete_edges)
    inline_operations = {Reader: (without_form(operations.save_reader), operations.delete_readers)}
    list_display = ["name", "site", "feed"]
    list_select_related = ["site", "feed"]
    search_fields = ["name"]
    inlines = [ReaderInline]

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
    list_display = ["name", "edge", "kind", "permission"]
    list_select_related = ["edge", "permission"]
    list_filter = ["kind", "edge"]
