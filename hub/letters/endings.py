"""Letters to members whose membership ends soon: once for each end, so many days before as the organization says.

Not of those that renew by themselves, nor of those that the same plan follows without a gap; of a company's
memberships nobody is written to. Each is tried until the end that it tells of. When one ends is the contract's to
say. Called by due_operations.py.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from contract.membership import AtEnd, State, end_of
from hub.fleet.zones import organization_zone
from hub.letters.kinds import Kind
from hub.letters.models import EndTold, Progress
from hub.letters.writing import written
from hub.mail.draft import BadLetter
from hub.mail.operations import queue
from hub.members import queries, rows
from hub.members.models import Customer, Freeze, Membership
from hub.organization.queries import organization

LOOK_EVERY: Final = timedelta(hours=1)
DAYTIME: Final = range(8, 21)
"""Hours of the organization's clock in which they are written: as a rule memberships end at midnight."""
AT_ONCE: Final = 10
"""Letters in a transaction: on SQLite check-ins wait for it."""


class Looked(NamedTuple):
    """Those after the membership `after` that may end within the notice, the next few."""

    after: int | None
    notice: timedelta
    found: list[Membership]


def is_due(progress: Progress, at: datetime) -> bool:
    if progress.memberships_upto is not None:
        return True
    looked_at = progress.looked_at
    if looked_at is not None and timedelta() <= at - looked_at < LOOK_EVERY:
        return False
    return timezone.localtime(at, organization_zone()).hour in DAYTIME


def next_ones(progress: Progress, at: datetime) -> Looked:
    """To be called before the transaction: nobody waits while a hundred thousand are looked through."""
    notice, after = timedelta(days=organization().expiring_days), progress.memberships_upto
    found = list(_of_those_to_look_at(after or 0, notice, at)[:AT_ONCE]) if notice else []
    return Looked(after, notice, found)


def write(progress: Progress, looked: Looked, at: datetime) -> bool:
    """Whether there are more. Nothing, where another worker was first."""
    if progress.memberships_upto != looked.after:
        return False
    _write(looked.found, looked.notice, at)
    more = len(looked.found) == AT_ONCE
    progress.memberships_upto = looked.found[-1].pk if more else None
    if not more:
        progress.looked_at = at
    return more


def _of_those_to_look_at(after: int, notice: timedelta, at: datetime) -> QuerySet[Membership]:
    """By the dates as they were set, which freezes may have moved on."""
    frozen = Exists(Freeze.objects.filter(membership=OuterRef("pk")))
    told = Exists(EndTold.objects.filter(membership=OuterRef("pk"), ends_at=OuterRef("ends_at")))
    found = Membership.objects.filter(pk__gt=after, customer__isnull=False, revoked_at=None, pending=False)
    ending = found.filter(Q(frozen) | (Q(ends_at__gt=at) & ~Q(told)), ends_at__lte=at + notice)
    willing = ending.exclude(at_end=AtEnd.RENEWS.value).exclude(customer__email="")
    willing = willing.exclude(customer__letter_wishes__expiring=False)
    return willing.select_related("plan", "customer").prefetch_related("freezes").order_by("pk")


def _write(found: Sequence[Membership], notice: timedelta, at: datetime) -> None:
    told = set(EndTold.objects.filter(membership__in=found).values_list("membership_id", "ends_at"))
    holders = queries.customers_with_memberships().in_bulk([each.customer_id for each in found])
    for membership in found:
        end = end_of(rows.meaning_of(membership))
        if end is None or not at < end <= at + notice or (membership.pk, end) in told:
            continue
        # One that is shorter than the notice is known to end.
        if membership.starts_at <= end - notice and not _goes_on(membership, holders[membership.customer_id], end):
            _tell(membership, end, at)


def _goes_on(membership: Membership, holder: Customer, end: datetime) -> bool:
    """Another one of the same plan serves them then."""
    others = [each for each in queries.memberships_serving(holder) if each.pk != membership.pk]
    same = [each for each in others if each.plan_id == membership.plan_id]
    return any(queries.status_of(each, end).state is State.ACTIVE for each in same)


def _tell(membership: Membership, end: datetime, at: datetime) -> None:
    customer = membership.customer
    draft = written(Kind.EXPIRING, customer, plan=membership.plan.name, ends_at=end)
    # Tried until then, since it is written once; of no use afterwards. Whose address is mended is told then.
    with suppress(BadLetter):
        queue(draft, customer.email, Kind.EXPIRING, at, customer=customer.pk, lasts=end - at)
        EndTold.objects.create(membership=membership, ends_at=end)
