"""Revoking in Django's admin: an action on the list and on a thing's page, asked once more, told in the history.

The instant is the hub's own: nobody types it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import model_ngettext
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant

from hub.members.operations_admin import OperationsAdmin


class RevocableAdmin(OperationsAdmin):
    """Of a model with `revoked_at`. `revoke_otherwise` says what revoking is, and what to do instead."""

    revoke_operation: ClassVar[Callable[[Iterable[Any], datetime], None]]
    revoke_otherwise: ClassVar[Promise] = gettext_lazy("It takes effect at once and for good.")
    actions = ["revoke"]
    actions_detail = ["revoke_this"]

    @action(description=gettext_lazy("Revoke now"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        if request.POST.get("post") != "yes":
            return self._ask(request, list(queryset))
        self._revoke(request, list(queryset))
        return None

    @action(
        description=gettext_lazy("Revoke now"),
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["change"],
        url_path="revoke",
    )
    def revoke_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        thing = self.get_object(request, object_id)
        if thing is None:
            raise Http404
        if request.method != "POST":
            return self._ask(request, [thing])
        self._revoke(request, [thing])
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[thing.pk]))

    def may_be_revoked(self, thing: Any) -> bool:
        return thing.revoked_at is None

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[UnfoldAction]:
        thing = self.get_object(request, str(object_id))
        offered = thing is not None and self.may_be_revoked(thing)
        return super().get_actions_detail(request, object_id) if offered else []

    def _ask(self, request: HttpRequest, things: Sequence[Model]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revoke now"),
            "things": things,
            "noun": model_ngettext(self.opts, len(things)),
            "otherwise": self.revoke_otherwise,
            "opts": self.opts,
            "media": self.media,
        }
        return TemplateResponse(request, "members/revoke_confirmation.html", context)

    def _revoke(self, request: HttpRequest, things: Sequence[Any]) -> None:
        """Those that cannot be, or were before, stay as they are, and their history too."""
        standing = [thing for thing in things if self.may_be_revoked(thing)]
        self.revoke_operation(standing, timezone.now())
        LogEntry.objects.log_actions(request.user.pk, standing, CHANGE, "Revoked.")
        messages.success(
            request,
            _("Revoked: %(count)s %(things)s.")
            % {"count": len(standing), "things": model_ngettext(self.opts, len(standing))},
        )
