"""Every write to reservations, in the caller's transaction, which holds the feeds where it counts."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from contract.decision import Decision
from contract.limits import Use
from contract.membership import HolderKind
from hub.reservations.models import Reservation

LAPSES_AFTER: Final = timedelta(seconds=60)
_DELETED_AT_ONCE: Final = 500


def keep(use: Use | None, checkin_id: bytes, asked: bytes, decision: Decision, at: datetime) -> Reservation:
    """Remembers the answer to `asked` for 60 s from the hub's instant `at`, and holds `use` free, where one is.

    A lapsed answer under the same id is replaced.
    """
    fields = {
        "asked": asked,
        "lapses_at": at + LAPSES_AFTER,
        "outcome": decision.outcome.value,
        "reason": decision.reason.value,
        "remaining": decision.remaining,
        "next_available_at": decision.next_available_at,
        "holds": use is not None,
        "permission": decision.permission,
        **_held(use, at),
    }
    return Reservation.objects.update_or_create(checkin_id=checkin_id, defaults=fields)[0]


def use_held_for(
    decision: Decision, checkin_id: bytes, occurred_at: datetime, place: tuple[str | None, str | None]
) -> Use | None:
    """The use that `decision` makes at `place` (partner, site), or None where it makes none."""
    if not (decision.granted and decision.counted) or decision.membership is None or decision.customer is None:
        return None
    holder = decision.membership.holder
    company_id = holder.id if holder.kind is HolderKind.COMPANY else None
    ids = (decision.customer.id, decision.membership.id)
    return Use(checkin_id, *ids, decision.permission, occurred_at, company_id, *place)


def settle(checkin_ids: Collection[bytes]) -> None:
    """These check-ins have come in: what was held free for them is uses now, or free again."""
    ids = list(checkin_ids)
    for start in range(0, len(ids), _DELETED_AT_ONCE):
        Reservation.objects.filter(checkin_id__in=ids[start : start + _DELETED_AT_ONCE]).delete()


def drop_lapsed(at: datetime) -> int:
    """Deletes what has lapsed by `at`, which nobody counts any more. How many."""
    return Reservation.objects.filter(lapses_at__lte=at).delete()[0]


def _held(use: Use | None, at: datetime) -> dict[str, object]:
    if use is None:
        return {"occurred_at": at}
    names = ("occurred_at", "customer_id", "membership_id", "company_id", "partner", "site")
    return {name: getattr(use, name) for name in names}
