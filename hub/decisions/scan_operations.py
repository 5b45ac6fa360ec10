"""Pressing a button on a page that shows a scanned card: checked in as at the desk, but for rotating cards.

The digits of a rotating card were looked at when the page was opened: their step is handed in by whoever signed
it into the page. A limited benefit takes each step once, so that a picture of a code that was live serves nobody
after its owner.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from contract.ask import Codes
from contract.effects import VOID_WITHIN
from hub.checkins.models import CheckIn
from hub.decisions.checkin_operations import CheckedIn, NotAsked, Station, check_in
from hub.decisions.scanning import benefit_of, facts_of_scan, rotates
from hub.feed import operations as feed
from hub.members import codes
from hub.members.models import Permission
from hub.rates.operations import Limit, take

_ONCE: Final = Limit("scan-step", 1, 900)
"""Longer than any page with the step in it counts."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """`code`: canonical. `id`: of the check-in that it becomes; the same one pressed again is done once.

    `step`: of the rotating code that was live when the page was opened; None: none was. `needs_live` False:
    whoever presses may use a rotating card without.
    """

    code: str
    permission: Permission
    id: bytes
    step: int | None = None
    needs_live: bool = True


@transaction.atomic
def press(pressed: Pressed, station: Station, at: datetime) -> CheckedIn:
    """NotAsked: the id is that of another card's, or was pressed longer ago than it can be undone, since a page
    that says granted is about somebody who stands there. Nothing is recorded."""
    feed.hold_all()
    standing = CheckIn.objects.filter(checkin_id=pressed.id).first()
    if standing is not None:
        if not _is_of(standing, pressed):
            raise NotAsked(_("This page is of another card. Scan the card again."))
        if abs(at - standing.at) > VOID_WITHIN:
            raise NotAsked(_("This was used more than 15 minutes ago, and counts once. Scan the card again."))
        return CheckedIn(standing, None)
    if pressed.needs_live and not _is_live(pressed, station, at):
        station = replace(station, codes=Codes.ROTATING)
    return check_in(pressed.code, pressed.permission.slug, station, at, pressed.id)


def _is_of(standing: CheckIn, pressed: Pressed) -> bool:
    same_card = bytes(standing.code_hash) == codes.hash_of(pressed.code)
    return same_card and standing.permission == pressed.permission.slug


def _is_live(pressed: Pressed, station: Station, at: datetime) -> bool:
    """Whether the code counts as shown now. What would be denied anyhow, or uses nothing up, takes no step."""
    facts = facts_of_scan(codes.hash_of(pressed.code), station.policy.site, at)
    if not rotates(facts) or not benefit_of(pressed.permission, facts, station.policy, at).pressed.counted:
        return True
    whose = f"{codes.hash_of(pressed.code).hex()[:24]}:{pressed.permission.pk}:{pressed.step}"
    return pressed.step is not None and take(_ONCE, whose, at).granted
