"""Which check-ins are of benefits, and whose first use of one may be another one now.

Of a benefit is a check-in that was to use one up: it counted, or a partner or a permission that is a benefit was
asked for, by what is known when it comes in. Looks (`identify`) are of none.

The first use of a benefit by a customer is the standing one that counts from earliest (`counts_at`, then
`number`): whoever counts first times asks that of each hour's uses. A use that comes late, or is voided, changes
it for one other use at most: the earliest of those that stay. So that one's hour is marked as touched too, in the
transaction that moves the use, while the feeds are held: of two that come at once the second sees the first.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef, Q

from contract.ask import Mode
from contract.messages import CheckIn as CheckInMessage
from contract.reasons import Outcome
from hub.checkins import touched
from hub.checkins.models import CheckIn
from hub.members.models import Permission

USES: Final = Q(of_benefit=True, outcome=Outcome.GRANTED.value, voided_at=None, customer__isnull=False)
"""Standing uses of a benefit by somebody who is known."""
_IDS_AT_ONCE: Final = 500


class Moved(NamedTuple):
    """A use that came, or was voided."""

    id: bytes
    customer_id: int
    permission: str
    counts_at: datetime


def slugs() -> set[str]:
    """Permissions that are benefits now: partners offer them, or some plan limits them."""
    found = Permission.objects.filter(Q(is_benefit=True) | Q(grants__limits__isnull=False))
    return set(found.order_by().values_list("slug", flat=True))


def is_of_benefit(checkin: CheckInMessage, benefits: Collection[str]) -> bool:
    """`benefits`: as slugs() gives them."""
    asked = checkin.counted or checkin.policy.partner is not None or checkin.permission in benefits
    return asked and checkin.mode == Mode.REDEEM


def is_first() -> Q:
    """Of one of USES: no other of that customer and benefit counts from earlier."""
    whose = {"customer": OuterRef("customer"), "permission": OuterRef("permission")}
    at, number = OuterRef("counts_at"), OuterRef("number")
    earlier = Q(counts_at__lte=at) & (Q(counts_at__lt=at) | Q(number__lt=number))
    return Q(~Exists(CheckIn.objects.filter(USES & earlier, **whose)))


def moved_by(checkin: CheckInMessage, counts_at: datetime) -> Moved | None:
    """Of a check-in that is of a benefit; None: it is no use, or nobody's."""
    if checkin.outcome != Outcome.GRANTED or checkin.customer is None:
        return None
    return Moved(checkin.id, checkin.customer, checkin.permission, counts_at)


def voided(rows: Iterable[CheckIn]) -> list[Moved]:
    return [
        Moved(bytes(each.checkin_id), each.customer_id, each.permission, each.counts_at)
        for each in rows
        if each.of_benefit and each.customer_id is not None
    ]


def touch_firsts(moved: Collection[Moved]) -> None:
    """To be called while the feeds are held, when the moved ones are written."""
    ids = {each.id for each in moved}
    since: dict[tuple[int, str], datetime] = {}
    for each in moved:
        whose = each.customer_id, each.permission
        since[whose] = min(each.counts_at, since.get(whose, each.counts_at))
    customers = sorted({customer for customer, _permission in since})
    for start in range(0, len(customers), _IDS_AT_ONCE):
        _touch_after(customers[start : start + _IDS_AT_ONCE], since, ids)


def _touch_after(customers: list[int], since: dict[tuple[int, str], datetime], moved: Collection[bytes]) -> None:
    """The first that stays after those that moved: mostly, as members come in their turn, there is none."""
    later = CheckIn.objects.filter(
        USES,
        customer__in=customers,
        permission__in={permission for _customer, permission in since},
        counts_at__gte=min(since.values()),
    )
    of_whom: dict[tuple[int, str], datetime] = {}
    rows = later.order_by("counts_at", "number").values_list(
        "checkin_id", "customer_id", "permission", "counts_at", "at"
    )
    for checkin_id, customer, permission, counts_at, at in rows:
        whose = customer, permission
        if whose in since and counts_at >= since[whose] and bytes(checkin_id) not in moved:
            of_whom.setdefault(whose, at)
    touched.note(of_whom.values())
