"""A receipt of each redemption, for members who want them: written from the check-ins that have come in.

Whoever checks somebody in does nothing for it. Called by due_operations.py, inside its transaction.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contract.calendar import zone_of
from hub.checkins import names
from hub.checkins.models import CheckIn
from hub.checkins.places import RELATED
from hub.fleet.models import Site
from hub.letters.kinds import Kind
from hub.letters.models import LetterWishes, Progress
from hub.letters.writing import written
from hub.mail.draft import BadLetter
from hub.mail.operations import queue

LOOKED_AT_ONCE: Final = 2_000
"""Check-ins of a transaction."""
AT_ONCE: Final = 10
"""Letters of a transaction: on SQLite check-ins wait for it."""
TOO_OLD: Final = timedelta(days=3)
"""Of what an edge tells later than that, nobody wants to read by mail."""


def write(progress: Progress, settled: int, at: datetime) -> bool:
    """The next ones. Whether there may be more."""
    if not LetterWishes.objects.filter(receipts=True).exists():
        progress.checkins_upto = max(settled, progress.checkins_upto)
        return False
    settled = max(settled, progress.checkins_upto)
    after, upto = progress.checkins_upto, min(settled, progress.checkins_upto + LOOKED_AT_ONCE)
    found = CheckIn.objects.filter(number__gt=after, number__lte=upto)
    wanted = found.filter(
        counted=True, voided_at=None, at__gt=at - TOO_OLD, customer__letter_wishes__receipts=True
    )
    written_to = wanted.exclude(customer__email="").select_related("customer", *RELATED).order_by("number")
    redeemed = list(written_to[:AT_ONCE])
    _write(redeemed, at)
    progress.checkins_upto = redeemed[-1].number if len(redeemed) == AT_ONCE else upto
    return progress.checkins_upto < settled


def _write(redeemed: list[CheckIn], at: datetime) -> None:
    benefits = names.permissions(each.permission for each in redeemed)
    partners = names.partners(each.partner for each in redeemed if each.partner)
    for checkin in redeemed:
        site = _site_of(checkin)
        draft = written(
            Kind.RECEIPT,
            checkin.customer,
            _zone_of(site),
            benefit=benefits.get(checkin.permission, checkin.permission),
            at=checkin.at,
            place=partners.get(checkin.partner or "") or (site.name if site else ""),
            left=checkin.remaining,
        )
        # Somebody's address that no letter can be sent to is no reason to write to nobody.
        with suppress(BadLetter):
            queue(draft, checkin.customer.email, Kind.RECEIPT, at, customer=checkin.customer_id)


def _site_of(checkin: CheckIn) -> Site | None:
    return checkin.hub_site if checkin.edge is None else checkin.edge.site


def _zone_of(site: Site | None) -> ZoneInfo | None:
    return None if site is None else zone_of(site.time_zone)
