"""The notes of a profile, the newest first, some at a time."""

from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest

from hub.members.models import Company, Customer

SHOWN: Final = 20
_BEFORE: Final = "notes_before"


def notes_of(request: HttpRequest, about: Customer | Company) -> dict[str, Any]:
    """Those before the note that the address names, where it names one of theirs; `older_notes`: the one to name
    for those before these."""
    found = about.notes.select_related("written_by")
    named = request.GET.get(_BEFORE, "")
    last = about.notes.filter(pk=int(named)).first() if named.isdecimal() and len(named) < 19 else None
    if last is not None:
        found = found.filter(Q(written_at__lt=last.written_at) | Q(written_at=last.written_at, pk__lt=last.pk))
    rows = list(found[: SHOWN + 1])
    older = f"{_BEFORE}={rows[SHOWN - 1].pk}" if len(rows) > SHOWN else ""
    return {"notes": rows[:SHOWN], "older_notes": older, "are_newest_notes": last is None}
