"""Feeds in the admin: what each holds, where it stands, whether it carries the secrets of rotating codes."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from hub.feed.epoch_operations import epoch_at
from hub.feed.models import Feed
from hub.feed.named_operations import Holding
from hub.feed.operations import EVERYONE
from hub.fleet import feed_operations, feed_shown, queries
from hub.fleet.feed_forms import ASSIGNED, FIXED, FeedForm, stood, without
from hub.members import rotating_operations
from hub.members.operations_admin import OperationsAdmin


@admin.register(Feed)
class FeedAdmin(OperationsAdmin):
    form = FeedForm
    list_display = ["name", "holders", "shown_permissions", "with_names", "rotating", "epoch", "sequence"]
    list_display_links = ["name"]
    actions = ["carry_secrets", "drop_secrets"]
    list_before_template = "fleet/feed_note.html"

    def get_fieldsets(self, request: HttpRequest, obj: Feed | None = None) -> Any:
        """Of what a feed has all of, nothing is offered."""
        asked = [] if obj is not None and obj.all_holders else list(ASSIGNED[:2])
        asked += [] if obj is not None and obj.all_permissions else ASSIGNED[2:]
        return [(None, {"fields": FIXED}), *([(_("Holds only"), {"fields": asked})] if asked else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Feed | None = None) -> Any:
        """What it holds is decided once: its edges count on it."""
        return () if obj is None else FIXED

    def save_model(self, request: HttpRequest, obj: Feed, form: FeedForm, change: bool) -> None:
        chosen = form.chosen()
        if not change:
            holding = Holding(obj.with_names, obj.all_holders, obj.all_permissions)
            made = feed_operations.create_feed(obj.name, epoch_at(timezone.now()), holding, chosen)
            obj.pk = made.pk
            return
        before = stood(obj)
        feed_operations.unassign(obj.name, without(before, chosen))
        feed_operations.assign(obj.name, without(chosen, before))

    @display(description=gettext_lazy("Holds"))
    def holders(self, feed: Feed) -> str:
        return feed_shown.holders_text(feed)

    @display(description=gettext_lazy("Permissions"))
    def shown_permissions(self, feed: Feed) -> str:
        return feed_shown.permissions_text(feed)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may: bool = super().has_change_permission(request, obj)
        return may and not (obj is not None and obj.name == EVERYONE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("feed.change_feed")

    @action(description=gettext_lazy("Carry the secrets of rotating codes"), permissions=["switch"])
    def carry_secrets(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        """Only where readers ask for rotating codes: the edges that follow hold the secrets from then on."""
        for feed in queryset:
            rotating_operations.carry_secrets(feed.name)
        LogEntry.objects.log_actions(request.user.pk, queryset, CHANGE, "Carries the secrets of rotating codes.")
        messages.success(request, _("Edges that follow these feeds can check rotating codes now."))

    @action(description=gettext_lazy("Carry no secrets of rotating codes"), permissions=["switch"])
    def drop_secrets(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        for feed in queryset:
            rotating_operations.drop_secrets(feed.name)
        LogEntry.objects.log_actions(request.user.pk, queryset, CHANGE, "Carries no secrets of rotating codes.")
        messages.success(request, _("Edges that follow these feeds forget the secrets of rotating codes."))
        asking = queries.readers_asking_for_secrets(queryset)
        if asking:
            named = ", ".join(map(str, asking))
            messages.warning(
                request,
                _("Every card is denied now (code_stale) where rotating codes are asked for: %(named)s.")
                % {"named": named},
            )
