"""Voiding in Django's admin: an action on the list and on a check-in's page, which asks why."""

from collections.abc import Sequence
from typing import Final

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import model_ngettext
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from contract.reasons import Outcome
from hub.checkins import places
from hub.checkins.marks import instant_text
from hub.checkins.models import CheckIn
from hub.checkins.staff_operations import REASON_LETTERS_MAX, ReasonMissing, void_checkins

_AT_ONCE: Final = 1_000


class VoidForm(forms.Form):
    reason = forms.CharField(
        max_length=REASON_LETTERS_MAX,
        error_messages={"required": gettext_lazy("Say why: it stands beside the check-in from then on.")},
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": gettext_lazy("As in: scanned twice by mistake")}),
    )


class VoidingAdmin(ModelAdmin):
    """Of check-ins. Who has the right to void them may, and change nothing else."""

    actions = ["void"]
    actions_detail = ["void_this"]

    def has_void_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("checkins.void_checkin")

    @action(description=gettext_lazy("Void, and give back what was used up"), permissions=["void"])
    def void(self, request: HttpRequest, queryset: QuerySet[CheckIn]) -> HttpResponse | None:
        return self._ask_or_void(request, list(queryset[:_AT_ONCE]))

    @action(
        description=gettext_lazy("Void"),
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["void"],
        url_path="void",
    )
    def void_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        checkin = self.get_object(request, object_id)
        if checkin is None:
            raise Http404
        asked = self._ask_or_void(request, [checkin])
        return asked or HttpResponseRedirect(reverse("admin:checkins_checkin_change", args=[checkin.pk]))

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[UnfoldAction]:
        checkin = self.get_object(request, str(object_id))
        can_be = checkin is not None and checkin.voided_at is None and checkin.outcome == Outcome.GRANTED
        return super().get_actions_detail(request, object_id) if can_be else []

    def _ask_or_void(self, request: HttpRequest, checkins: Sequence[CheckIn]) -> HttpResponse | None:
        """The question, until it is answered."""
        form = VoidForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            try:
                self._void(request, checkins, form.cleaned_data["reason"])
                return None
            except ReasonMissing as error:
                form.add_error("reason", str(error))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Void"),
            "things": [{"number": each.pk, "told": _told(each)} for each in checkins],
            "noun": model_ngettext(self.opts, len(checkins)),
            "form": form,
            "opts": self.opts,
            "media": self.media,
        }
        return TemplateResponse(request, "checkins/void_confirmation.html", context)

    def _void(self, request: HttpRequest, checkins: Sequence[CheckIn], reason: str) -> None:
        voided = void_checkins(checkins, reason, request.user, timezone.now())
        LogEntry.objects.log_actions(request.user.pk, voided, CHANGE, f"Voided: {reason}")
        things = f"{len(voided)} {model_ngettext(self.opts, len(voided))}"
        messages.success(request, _("Voided: %(things)s.") % {"things": things})
        if passed_over := len(checkins) - len(voided):
            said = _("Passed over: %(count)s, voided before, or denied, so that nothing was used up.")
            messages.info(request, said % {"count": passed_over})


def _told(checkin: CheckIn) -> str:
    who = _("nobody known") if checkin.customer is None else checkin.customer.name
    where = places.place_text(checkin).replace("/", " / ")
    return _("%(at)s: %(who)s, %(permission)s at %(where)s") % {
        "at": instant_text(checkin, checkin.at),
        "who": who,
        "permission": checkin.permission,
        "where": where,
    }
