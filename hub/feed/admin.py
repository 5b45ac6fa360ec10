"""Feeds in Django's admin: where each stands, to look at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from hub.feed.models import Feed


@admin.register(Feed)
class FeedAdmin(ModelAdmin):
    list_display = ["name", "epoch", "sequence"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
