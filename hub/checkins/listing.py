"""Lists of check-ins, the newest first, by what is asked of them. Reads only.

A page begins after a place, not after a count, so that the thousandth page is found like the first; each filter
has an index that ends in (-at, -number).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Q, QuerySet

from contract.instants import InstantError, from_us, to_us
from contract.reader_rules import OPENS
from contract.reasons import Outcome, Reason
from hub.checkins import places
from hub.checkins.models import CheckIn
from hub.fleet.models import Edge

PAGE_CHECKINS: Final = 50
_GRANTING: Final = {*OPENS, Reason.GRANTED}
_PACKED: Final = ("policy", "circumstances", "own_uses", "code_hash", "journal")


@dataclass(frozen=True)
class Wanted:
    """`reader`: EDGE/READER, or hub/PLACE. Instants are half open. None and empty: whatever it is."""

    from_at: datetime | None = None
    until_at: datetime | None = None
    site: str = ""
    reader: str = ""
    permission: str = ""
    outcome: str = ""
    reason: str = ""
    partner: str = ""
    customer_id: int | None = None


class CheckInPage(NamedTuple):
    """`older`: where the next page begins; empty: there is none."""

    rows: list[CheckIn]
    older: str


def wanted_rows(wanted: Wanted) -> QuerySet[CheckIn]:
    """With all that a list shows of them."""
    same = {
        "at__gte": wanted.from_at,
        "at__lt": wanted.until_at,
        "site": wanted.site,
        "permission": wanted.permission,
        "outcome": wanted.outcome,
        "reason": wanted.reason,
        "partner": wanted.partner,
        "customer": wanted.customer_id,
    }
    found = CheckIn.objects.filter(**{name: value for name, value in same.items() if value not in (None, "")})
    if wanted.reason and wanted.reason not in _GRANTING:
        # As the index of reasons has it.
        found = found.filter(outcome=Outcome.DENIED.value)
    if wanted.reader:
        found = found.filter(_at_reader(wanted.reader))
    # Not joined: a filter would make it an inner join, and who is deleted would be found no more.
    found = found.select_related(*places.RELATED).prefetch_related("customer")
    return found.defer(*_PACKED).order_by("-at", "-number")


def page_of(wanted: Wanted, after: str = "", most: int = PAGE_CHECKINS) -> CheckInPage:
    """`after`: the `older` of the page before."""
    found = list(wanted_rows(wanted).filter(_after(after))[: most + 1])
    rows = found[:most]
    return CheckInPage(rows, _place(rows[-1]) if len(found) > most else "")


def _at_reader(name: str) -> Q:
    edge, _slash, reader = name.partition("/")
    if edge == places.HUB:
        return Q(edge=None, reader=reader)
    # Asked by its number: joined by its name, PostgreSQL reads back through everybody's check-ins for it.
    found = Edge.objects.filter(name=edge).values_list("pk", flat=True).first()
    return Q(edge=0 if found is None else found, reader=reader)


def _place(row: CheckIn) -> str:
    return f"{to_us(row.at)}.{row.number}"


def _after(place: str) -> Q:
    """What is no place of a list is passed over."""
    at_us, _dot, number = place.partition(".")
    if not (at_us.isdecimal() and number.isdecimal() and len(place) < 39):
        return Q()
    try:
        at = from_us(int(at_us))
    except InstantError:
        return Q()
    return Q(at__lte=at) & (Q(at__lt=at) | Q(number__lt=int(number)))
