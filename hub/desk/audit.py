"""The audit log for staff: who did what to what, from what to what, when; and the part of it on profiles."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from hub.audit import queries
from hub.audit.models import Entry
from hub.audit.queries import Wanted, log_page
from hub.desk.answers import page
from hub.desk.audit_words import KINDS, EntryShown, shown
from hub.desk.csv_answers import noted_csv_answer
from hub.desk.filter_fields import begin_of, day_field, end_of, number_field
from hub.desk.gate import desk

_HISTORY_ENTRIES: Final = 20
_AT_ONCE: Final = 2_000
_COLUMNS: Final = (
    *("number", "at", "actor_kind", "actor", "action", "thing_kind", "thing_id", "thing"),
    *("customer_id", "company_id", "before", "after"),
)


class FilterForm(forms.Form):
    who = forms.CharField(label=_("Who"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("everything")), *KINDS.items()])
    from_day = day_field(_("From"))
    until_day = day_field(_("Until"))
    customer = number_field()
    company = number_field()

    def wanted(self) -> Wanted:
        """What was understood of it; days are those of the zone that is set, the last one included."""
        asked = self.cleaned_data if self.is_valid() else {}
        return Wanted(
            who=asked.get("who", ""),
            thing_kind=asked.get("kind", ""),
            customer_id=asked.get("customer"),
            company_id=asked.get("company"),
            from_at=begin_of(asked.get("from_day")),
            until_at=end_of(asked.get("until_day")),
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
    return noted_csv_answer(request, "audit.csv", _COLUMNS, _told(found.iterator(_AT_ONCE)), found.count())


def history(customer_id: int | None = None, company_id: int | None = None) -> list[EntryShown]:
    """The newest entries of a customer or a company, for `desk/history.html` on their profile."""
    found = log_page(Wanted(customer_id=customer_id, company_id=company_id), most=_HISTORY_ENTRIES)
    return [shown(each) for each in found.entries]


def _told(entries: Iterable[Entry]) -> Iterator[list[object]]:
    return ([_text(getattr(each, name)) for name in _COLUMNS] for each in entries)


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
