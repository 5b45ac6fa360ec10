"""Reading what is held free."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from contract.limits import Use
from hub.reservations.models import Reservation


def answer_about(edge_id: int, checkin_id: bytes, at: datetime) -> Reservation | None:
    """What was answered about this check-in of an edge, unless it has lapsed by `at`."""
    return Reservation.objects.filter(edge_id=edge_id, checkin_id=checkin_id, lapses_at__gt=at).first()


def uses_held(customer_id: int, company_ids: Collection[int], at: datetime) -> tuple[Use, ...]:
    """What is held free at `at` for this customer, or for anybody under these companies' memberships."""
    whose = Q(customer_id=customer_id) | Q(company_id__in=company_ids)
    return tuple(_use(each) for each in Reservation.objects.filter(whose, lapses_at__gt=at, holds=True))


def _use(held: Reservation) -> Use:
    return Use(
        id=bytes(held.checkin_id),
        customer_id=held.customer_id or 0,
        membership_id=held.membership_id or 0,
        permission=held.permission,
        occurred_at=held.occurred_at,
        company_id=held.company_id,
        partner=held.partner,
        site=held.site,
    )
