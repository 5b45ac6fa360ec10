"""Reading the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from hub.audit.models import Entry

PAGE_ENTRIES: Final = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; what is left empty is not asked for. `who`: a part of the name of whoever did it. From
    `from_at` on, before `until_at`."""

    who: str = ""
    thing_kind: str = ""
    customer_id: int | None = None
    company_id: int | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None


class LogPage(NamedTuple):
    """The newest first. `older`: where the next page begins (`before`); None: there is none."""

    entries: Sequence[Entry]
    older: int | None


def entries(wanted: Wanted) -> QuerySet[Entry]:
    """The newest first."""
    asked = {
        "actor__icontains": wanted.who,
        "thing_kind": wanted.thing_kind,
        "customer_id": wanted.customer_id,
        "company_id": wanted.company_id,
        "at__gte": wanted.from_at,
        "at__lt": wanted.until_at,
    }
    found = Entry.objects.order_by("-number")
    return found.filter(**{name: value for name, value in asked.items() if value not in (None, "")})


def log_page(wanted: Wanted, before: int | None = None, most: int = PAGE_ENTRIES) -> LogPage:
    """Entries that come meanwhile move no page: one goes on where the last one ended."""
    found = entries(wanted)
    shown = list(found[: most + 1] if before is None else found.filter(number__lt=before)[: most + 1])
    return LogPage(shown[:most], shown[most - 1].number if len(shown) > most else None)


def customers_changed_since(at: datetime) -> QuerySet[Entry, Any]:
    """Ids of customers of whom, or of whose things, something was changed at `at` or later."""
    return Entry.objects.filter(at__gte=at, customer_id__isnull=False).order_by().values("customer_id")
