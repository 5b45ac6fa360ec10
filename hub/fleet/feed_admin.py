"""Feeds in Django's admin: where each stands, and whether it carries the secrets of rotating codes."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import action

from hub.feed.models import Feed
from hub.fleet import queries
from hub.members import rotating_operations


@admin.register(Feed)
class FeedAdmin(ModelAdmin):
    list_display = ["name", "epoch", "sequence", "rotating"]
    actions = ["carry_secrets", "drop_secrets"]
    list_before_template = "fleet/feed_note.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("feed.change_feed")

    @action(description="Carry the secrets of rotating codes", permissions=["switch"])
    def carry_secrets(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        """Only where readers ask for rotating codes: the edges that follow hold the secrets from then on."""
        for feed in queryset:
            rotating_operations.carry_secrets(feed.name)
        LogEntry.objects.log_actions(request.user.pk, queryset, CHANGE, "Carries the secrets of rotating codes.")
        messages.success(request, "Edges that follow these feeds can check rotating codes now.")

    @action(description="Carry no secrets of rotating codes", permissions=["switch"])
    def drop_secrets(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        for feed in queryset:
            rotating_operations.drop_secrets(feed.name)
        LogEntry.objects.log_actions(request.user.pk, queryset, CHANGE, "Carries no secrets of rotating codes.")
        messages.success(request, "Edges that follow these feeds forget the secrets of rotating codes.")
        asking = queries.readers_asking_for_secrets(queryset)
        if asking:
            named = ", ".join(map(str, asking))
            messages.warning(
                request, f"Every card is denied now (code_stale) where rotating codes are asked for: {named}."
            )
