"""What members ask of staff about a membership that staff move: asked, and settled. Who may ask for what is looked
at by whoever calls."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from hub.accounts.request_models import MemberRequest
from hub.audit import operations as audit
from hub.members.models import Customer, Membership, Plan


@transaction.atomic
def ask_for(  # noqa: PLR0913 (who asks for what, and when)
    membership: Membership,
    what: MemberRequest.What,
    by: Customer,
    at: datetime,
    *,
    plan: Plan | None = None,
    seats: int | None = None,
) -> MemberRequest:
    """What was asked for before and is still open becomes this: staff see the last word."""
    # Whoever asks for the same membership waits here.
    Membership.objects.select_for_update().filter(pk=membership.pk).first()
    wanted = {"plan": plan, "seats": seats, "asked_by": by, "asked_at": at}
    asked, _made = MemberRequest.objects.update_or_create(
        membership=membership, what=what, settled_at=None, defaults=wanted
    )
    audit.note("asked for", asked, None, {"what": what.value, "plan": str(plan or ""), "seats": seats})
    return asked


@transaction.atomic
def settle(number: int, at: datetime) -> None:
    """Staff have done it, or not: it stands no longer. One that is settled stays so."""
    for asked in MemberRequest.objects.select_for_update().filter(pk=number, settled_at=None):
        asked.settled_at = at
        asked.save(update_fields=["settled_at"])
        audit.note("settled", asked, None, None)


def settle_kept(membership: Membership, at: datetime, **_signal: Any) -> None:
    """For hub.members.signals.taken_back: whoever had asked for that asks no more."""
    for asked in open_requests().filter(membership=membership, what=MemberRequest.What.KEEP):
        settle(asked.pk, at)


def open_requests() -> QuerySet[MemberRequest]:
    """The oldest first; of memberships that are revoked nothing is asked any more."""
    parts = ("membership__plan", "membership__customer", "membership__company", "plan", "asked_by")
    return MemberRequest.objects.select_related(*parts).filter(settled_at=None, membership__revoked_at=None)
