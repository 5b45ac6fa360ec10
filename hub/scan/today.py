"""What was used at a partner today, the newest first: members by first name and initial alone."""

from datetime import datetime, time
from typing import Final, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from contract.ask import Mode
from contract.reasons import Outcome
from hub.checkins import names
from hub.checkins.models import CheckIn
from hub.members.models import Customer
from hub.organization.models import Sees
from hub.partners.models import Partner
from hub.scan.showing import name_shown

_SHOWN_MAX: Final = 30
_STANDS: Final = Q(voided_at=None)


class Used(NamedTuple):
    """`name` empty: the member is gone. `counted`: it used a limited benefit up. `undone`: it counts no more.
    `said`: by whoever said that they were here, on a phone that is not the partner's."""

    at: datetime
    what: str
    name: str
    counted: bool
    undone: bool
    said: bool


class Today(NamedTuple):
    """`redeemed` and `checked_in`: how many stand; reports tell both as used. `newest`: the last of them,
    undone ones too."""

    redeemed: int
    checked_in: int
    newest: list[Used]


def today_at(partner: Partner, at: datetime) -> Today:
    """The day of the zone that is set."""
    begin = datetime.combine(timezone.localdate(at), time(), timezone.get_current_timezone())
    found = CheckIn.objects.filter(partner=partner.slug, at__range=(begin, at), outcome=Outcome.GRANTED.value)
    used = found.exclude(mode=Mode.IDENTIFY.value)
    counts = used.aggregate(
        redeemed=Count("pk", filter=_STANDS & Q(counted=True)), checked_in=Count("pk", filter=_STANDS)
    )
    checked_in = counts["checked_in"] - counts["redeemed"]
    return Today(counts["redeemed"], checked_in, _newest(used.order_by("-at", "-number")[:_SHOWN_MAX]))


def _newest(rows: QuerySet[CheckIn]) -> list[Used]:
    found = list(rows.only("at", "permission", "customer", "counted", "voided_at", "partner_said"))
    benefits = names.permissions(each.permission for each in found)
    members = Customer.objects.in_bulk({each.customer_id for each in found} - {None})
    return [
        Used(
            each.at,
            benefits.get(each.permission, each.permission),
            name_shown(members[each.customer_id], Sees.CAREFUL) if each.customer_id in members else "",
            each.counted,
            each.voided_at is not None,
            each.partner_said,
        )
        for each in found
    ]
