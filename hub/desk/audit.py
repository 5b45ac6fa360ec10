"""The audit log for staff: who did what to what, from what to what, when; and the part of it on profiles."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.audit import queries
from hub.audit.models import Entry
from hub.audit.queries import Wanted, log_page
from hub.desk.answers import page
from hub.desk.audit_words import KINDS, EntryShown, shown
from hub.desk.gate import desk

_HISTORY_ENTRIES: Final = 20
_COLUMNS: Final = (
    *("number", "at", "actor_kind", "actor", "action", "thing_kind", "thing_id", "thing"),
    *("customer_id", "company_id", "before", "after"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With one of these a cell begins that spreadsheets would calculate."""


class FilterForm(forms.Form):
    who = forms.CharField(label=_("Who"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("everything")), *KINDS.items()])
    from_day = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until_day = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    customer = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    company = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def wanted(self) -> Wanted:
        """What was understood of it; days are those of the zone that is set, the last one included."""
        asked = self.cleaned_data if self.is_valid() else {}
        last = asked.get("until_day")
        return Wanted(
            who=asked.get("who", ""),
            thing_kind=asked.get("kind", ""),
            customer_id=asked.get("customer"),
            company_id=asked.get("company"),
            from_at=_midnight(asked.get("from_day")),
            until_at=_midnight(last + timedelta(days=1) if last else None),
        )


@desk("audit.view_entry")
def audit_page(request: HttpRequest) -> HttpResponse:
    """The log, the newest first."""
    form = FilterForm(request.GET)
    text = request.GET.get("before", "")
    found = log_page(form.wanted(), int(text) if text.isdecimal() and len(text) < 19 else None)
    asked = {name: value for name, value in request.GET.items() if name != "before" and value}
    context = {
        "form": form,
        "entries": [shown(each) for each in found.entries],
        "older": found.older and urlencode(asked | {"before": found.older}),
        "is_first": not text,
        "query": urlencode(asked),
    }
    return page(request, "desk/audit.html", **context)


@desk("audit.view_entry")
def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All that the filter finds, as it is stored; instants in UTC."""
    found = queries.entries(FilterForm(request.GET).wanted())
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingHttpResponse(_lines(found.iterator(2_000)), content_type="text/csv", headers=headers)


def history(customer_id: int | None = None, company_id: int | None = None) -> list[EntryShown]:
    """The newest entries of a customer or a company, for `desk/history.html` on their profile."""
    found = log_page(Wanted(customer_id=customer_id, company_id=company_id), most=_HISTORY_ENTRIES)
    return [shown(each) for each in found.entries]


class _Line:
    """What csv writes a line into: it is handed on, not kept."""

    def write(self, text: str) -> str:
        return text


def _lines(entries: Iterator[Entry]) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield writer.writerow(_COLUMNS)
    for each in entries:
        yield writer.writerow([_cell(getattr(each, name)) for name in _COLUMNS])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time()))
