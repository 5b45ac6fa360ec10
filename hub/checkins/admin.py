"""Check-ins as staff see them: a list that fills as scans arrive, and nothing that could change one.

They can be voided (voiding_admin.py), which changes nothing of what an edge said.
"""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseForbidden, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contract.membership import Detail
from contract.reasons import Outcome, Reason
from hub.checkins import lost_admin, names, passages_admin, places, queries, undoing  # noqa: F401
from hub.checkins.marks import MarkFilter, instant_text, marks_of, struck_if_voided, void_text
from hub.checkins.models import CheckIn, RefusedRow
from hub.checkins.read_only_admin import ReadOnlyAdmin
from hub.checkins.voiding_admin import VoidingAdmin
from hub.contract_words import said_of
from hub.fleet.models import Reader

_COLOURS = {Outcome.GRANTED.value: "success", Outcome.DENIED.value: "danger", "voided": "default"}
_LINK = "text-primary-600 dark:text-primary-500"
_AT_ONCE = timedelta(seconds=2)
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


class OutcomeFilter(admin.SimpleListFilter):
    title = "decision"
    parameter_name = "outcome"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [(outcome.value, outcome.value) for outcome in Outcome]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
        return queryset.filter(outcome=self.value()) if self.value() else queryset


class ReasonFilter(admin.SimpleListFilter):
    title = "reason"
    parameter_name = "reason"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [(reason.value, reason_text(reason)) for reason in Reason]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


class ReaderFilter(admin.SimpleListFilter):
    """By the readers that there are: to look for names in the check-ins would read them all."""

    title = "reader"
    parameter_name = "reader"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        names = Reader.objects.order_by("name").values_list("name", flat=True).distinct()
        return [(name, name) for name in names]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
        return queryset.filter(reader=self.value()) if self.value() else queryset


@admin.register(CheckIn)
class CheckInAdmin(VoidingAdmin, ReadOnlyAdmin):
    list_display = ("result", "who", "reader_of_edge", "why", "left", "marks", "when", "arrived_after")
    list_filter = (
        OutcomeFilter,
        MarkFilter,
        ReasonFilter,
        "edge",
        ReaderFilter,
        ("at", admin.DateFieldListFilter),
    )
    list_select_related = (*places.RELATED, "customer")
    list_per_page = 50
    search_fields = ("customer__name",)
    search_help_text = gettext_lazy("Search by the member's name")
    ordering = ("-at", "-number")
    show_full_result_count = False
    fields = (
        *("result_text", "why", "when", "arrived_after", "who", "reader_of_edge"),
        *("permission_text", "mode", "used_up"),
        *("left", "marks", "voided", "undo", "detail", "partner_text", "site", "checked_in_by"),
        *("code_length", "code_classes", "decided_from", "id_hex", "journal_place"),
    )
    readonly_fields = fields

    class Media:
        js = ("checkins/live.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CheckIn]:
        # select_related for the page of one check-in too: a customer who is gone is None then, not an error.
        return (
            super().get_queryset(request).select_related(*places.RELATED, "customer", "voided_by", "checked_in_by")
        )

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With what a page of check-ins names, and what they undid, read once for all of them."""
        shown = super().get_changelist_instance(request)
        rows = list(shown.result_list)
        called, undone = names.permissions(each.permission for each in rows), undoing.undone_by(rows)
        for each in rows:
            each.permission_name, each.undid = called.get(each.permission), undone.get(each.number)
        shown.result_list = rows
        return shown

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> CheckIn | None:
        checkin = super().get_object(request, object_id, from_field)
        if checkin is not None:
            checkin.permission_name = names.permissions([checkin.permission]).get(checkin.permission)
            checkin.undid = undoing.undone_by([checkin]).get(checkin.number)
        return checkin

    def get_urls(self) -> list[URLPattern]:
        newest = self.admin_site.admin_view(self.newest)
        return [path("newest/", newest, name="checkins_checkin_newest"), *super().get_urls()]

    def newest(self, request: HttpRequest) -> HttpResponseBase:
        """What the list asks every second: the number of the newest check-in, so that it knows when to fill."""
        if not self.has_view_permission(request):
            return HttpResponseForbidden()
        return JsonResponse({"number": queries.newest_number()})

    @display(description=gettext_lazy("Decision"), label=_COLOURS)
    def result(self, checkin: CheckIn) -> tuple[str, str]:
        outcome = checkin.outcome if checkin.voided_at is None else "voided"
        return outcome, struck_if_voided(checkin, self.result_text(checkin))

    @display(description=gettext_lazy("Decision"))
    def result_text(self, checkin: CheckIn) -> str:
        sign = "✓" if checkin.outcome == Outcome.GRANTED else "✕"
        return f"{sign} {said_of(Outcome, checkin.outcome)}"

    @display(description=gettext_lazy("Who"), ordering="customer__name")
    def who(self, checkin: CheckIn) -> str | SafeString:
        if checkin.customer is not None:
            address = reverse("admin:members_customer_change", args=[checkin.customer_id])
            return format_html('<a href="{}" class="{}">{}</a>', address, _LINK, checkin.customer.name)
        if checkin.customer_id is None:
            return "-"
        return _("customer %(number)s (no longer here)") % {"number": checkin.customer_id}

    @display(description=gettext_lazy("Reader"))
    def reader_of_edge(self, checkin: CheckIn) -> str:
        return f"{places.edge_name(checkin) or places.HUB} / {checkin.reader}"

    @display(description=gettext_lazy("Reason"), ordering="reason")
    def why(self, checkin: CheckIn) -> SafeString:
        address = reverse("explain_checkin", args=[checkin.number])
        said = self.why_text(checkin)
        shown = '{} <a href="{}" class="{} underline" title="{}">{}</a>'
        return format_html(shown, said, address, _LINK, _("Rule by rule"), _("why?"))

    def why_text(self, checkin: CheckIn) -> str:
        adds = checkin.outcome != Outcome.GRANTED and checkin.detail not in {
            None,
            "",
            Detail.CURRENT,
            checkin.reason,
        }
        return reason_text(checkin.reason) + (f" ({said_of(Detail, checkin.detail)})" if adds else "")

    @display(description=gettext_lazy("Used a limited benefit"))
    def used_up(self, checkin: CheckIn) -> str:
        return "yes" if checkin.counted else "no"

    @display(description=gettext_lazy("Left"))
    def left(self, checkin: CheckIn) -> str:
        return "" if checkin.remaining is None else f"{self.permission_text(checkin)}: {checkin.remaining}"

    @display(description=gettext_lazy("Permission"))
    def permission_text(self, checkin: CheckIn) -> str:
        return checkin.permission_name or checkin.permission

    @display(description=gettext_lazy("Partner"))
    def partner_text(self, checkin: CheckIn) -> str:
        if checkin.partner is None:
            return "-"
        name = names.partners([checkin.partner]).get(checkin.partner, checkin.partner)
        return _("%(partner)s, as was only said") % {"partner": name} if checkin.partner_said else name

    @display(description=gettext_lazy("Marks"))
    def marks(self, checkin: CheckIn) -> SafeString:
        shown = marks_of(checkin, checkin.undid)
        return shown if checkin.undid is None else format_html(_("{} of {}"), shown, _link_to(checkin.undid))

    @display(description=gettext_lazy("Voided"))
    def voided(self, checkin: CheckIn) -> str | SafeString:
        by = undoing.undoing(checkin)
        return void_text(checkin) if by is None else format_html(_("{}, by {}"), void_text(checkin), _link_to(by))

    @display(description=gettext_lazy("Undid"))
    def undo(self, checkin: CheckIn) -> str | SafeString:
        return "-" if checkin.undid is None else _link_to(checkin.undid)

    @display(description=gettext_lazy("When"), ordering="at")
    def when(self, checkin: CheckIn) -> str:
        return instant_text(checkin, checkin.at)

    @display(description=gettext_lazy("Arrived after"))
    def arrived_after(self, checkin: CheckIn) -> str:
        return elapsed_text(checkin.received_at - checkin.at)

    @display(description=gettext_lazy("Decided from"))
    def decided_from(self, checkin: CheckIn) -> str:
        if checkin.feed is None:
            return _("no replica")
        return _("%(feed)s, epoch %(epoch)s, sequence %(sequence)s") % {
            "feed": checkin.feed,
            "epoch": checkin.feed_epoch,
            "sequence": checkin.feed_sequence,
        }

    @display(description=gettext_lazy("Id"))
    def id_hex(self, checkin: CheckIn) -> str:
        return bytes(checkin.checkin_id).hex()

    @display(description=gettext_lazy("Journal"))
    def journal_place(self, checkin: CheckIn) -> str:
        journal = bytes(checkin.journal).hex()
        return _("row %(sequence)s of %(journal)s") % {"sequence": checkin.sequence, "journal": journal}


@admin.register(RefusedRow)
class RefusedRowAdmin(ReadOnlyAdmin):
    """What an edge sent and no check-in could be made of. The bytes stay in the database, unread."""

    list_display = ("edge", "sequence", "error", "size", "received_at")
    list_filter = ("edge", ("received_at", admin.DateFieldListFilter))
    list_select_related = ("edge",)
    ordering = ("-id",)
    fields = ("edge", "journal_hex", "sequence", "error", "size", "received_at")
    readonly_fields = fields

    @display(description=gettext_lazy("Bytes"))
    def size(self, row: RefusedRow) -> int:
        return len(row.body)

    @display(description=gettext_lazy("Journal"))
    def journal_hex(self, row: RefusedRow) -> str:
        return bytes(row.journal).hex()


def _link_to(checkin: CheckIn) -> SafeString:
    address = reverse("admin:checkins_checkin_change", args=[checkin.number])
    said = _("check-in %(number)s") % {"number": checkin.number}
    if checkin.customer is not None:
        said = _("check-in %(number)s of %(customer)s") % {
            "number": checkin.number,
            "customer": checkin.customer.name,
        }
    return format_html('<a href="{}" class="{}">{}</a>', address, _LINK, said)


def reason_text(reason: str) -> str:
    return said_of(Reason, reason)


def elapsed_text(elapsed: timedelta) -> str:
    """How long a check-in was on its way, in its two largest units. Below zero: the edge's clock is ahead."""
    if elapsed < -_AT_ONCE:
        return _("edge's clock is %(elapsed)s ahead") % {"elapsed": elapsed_text(-elapsed)}
    if elapsed < _AT_ONCE:
        return _("at once")
    seconds = int(elapsed.total_seconds())
    parts = []
    for unit, size in _UNITS:
        if count := seconds // size:
            parts.append(f"{count} {unit}")
        seconds %= size
    return " ".join(parts[:2])
