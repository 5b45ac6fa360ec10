"""Every write to reservations, in the caller's transaction, which holds the feeds where it counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from django.db import connection

from contract.decision import Decision
from contract.limits import Use
from contract.membership import HolderKind
from hub.reservations.models import Reservation

LAPSES_AFTER: Final = timedelta(seconds=60)
_DELETED_AT_ONCE: Final = 500
_TABLE: Final = Reservation._meta.db_table


CheckInOfEdge = tuple[int, bytes]
"""An edge's id, and that of a check-in of its."""


def keep(about: CheckInOfEdge, asked: bytes, decision: Decision, use: Use | None, at: datetime) -> Reservation:
    """Remembers the answer to `asked` for 60 s from the hub's instant `at`, and holds `use` free, where one is.

    A lapsed answer about the same check-in is replaced.
    """
    edge_id, checkin_id = about
    granting = decision.membership if decision.granted else None
    fields = {
        "asked": asked,
        "lapses_at": at + LAPSES_AFTER,
        "outcome": decision.outcome.value,
        "reason": decision.reason.value,
        "remaining": decision.remaining,
        "next_available_at": decision.next_available_at,
        "holds": use is not None,
        "permission": decision.permission,
        "membership_id": None if granting is None else granting.id,
        **_held(use, at),
    }
    return Reservation.objects.update_or_create(edge_id=edge_id, checkin_id=checkin_id, defaults=fields)[0]


def use_held_for(
    decision: Decision,
    customer_id: int,
    checkin_id: bytes,
    occurred_at: datetime,
    place: tuple[str | None, str | None],
) -> Use | None:
    """The use that `decision` about the customer makes at `place` (partner, site), or None where it makes none."""
    if not (decision.granted and decision.counted) or decision.membership is None:
        return None
    holder = decision.membership.holder
    company_id = holder.id if holder.kind is HolderKind.COMPANY else None
    return Use(
        checkin_id, customer_id, decision.membership.id, decision.permission, occurred_at, company_id, *place
    )


def settle(checkins: Iterable[CheckInOfEdge]) -> None:
    """These check-ins have come in: what was held free for them is uses now, or free again."""
    came = list(checkins)
    with connection.cursor() as cursor:
        for start in range(0, len(came), _DELETED_AT_ONCE):
            some = came[start : start + _DELETED_AT_ONCE]
            pairs = ", ".join(["(%s, %s)"] * len(some))
            cursor.execute(
                f"DELETE FROM {_TABLE} WHERE (edge_id, checkin_id) IN (VALUES {pairs})",  # noqa: S608
                [*chain.from_iterable(some)],
            )


def drop_lapsed(at: datetime) -> int:
    """Deletes at most 500 of those that have lapsed by `at`, which nobody counts any more. How many."""
    lapsed = Reservation.objects.filter(lapses_at__lte=at).order_by("lapses_at").values_list("pk", flat=True)
    return Reservation.objects.filter(pk__in=list(lapsed[:_DELETED_AT_ONCE])).delete()[0]


def _held(use: Use | None, at: datetime) -> dict[str, object]:
    if use is None:
        return {"occurred_at": at}
    names = ("occurred_at", "customer_id", "company_id", "partner", "site")
    return {name: getattr(use, name) for name in names}
