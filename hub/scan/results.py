"""What pressing comes to: asked about once more where something is used up, and shown when it is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from contract.effects import VOID_WITHIN
from contract.membership import State
from contract.reasons import Outcome, Reason
from hub.checkins import names
from hub.checkins.models import CheckIn
from hub.decisions.said import left_text, next_text, reason_text
from hub.decisions.scan_operations import Pressed
from hub.decisions.scanning import benefit_of, facts_of_scan
from hub.members import codes
from hub.members.models import Card, Customer, Permission
from hub.organization.models import Organization, Sees
from hub.scan.showing import name_shown, photo_shown, seen_of, state_word, why_not
from hub.scan.who import Scanner

_STATES: Final[dict[str, State]] = {
    Reason.PENDING: State.INACTIVE,
    Reason.SCHEDULED: State.INACTIVE,
    Reason.SUSPENDED: State.INACTIVE,
    Reason.EXPIRED: State.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`asks`: it uses something up, so that it is asked about first; `refused`: why it is not done at all."""

    asks: bool
    what: str
    name: str
    left: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class DoneShown:
    """`asks_for_live`: the card rotates, and its code was too old. `can_undo`: for whoever pressed. `said`: the
    partner at which it counts because whoever pressed said so."""

    granted: bool
    title: str | Promise
    what: str
    name: str
    left: str
    next: str
    can_undo: bool
    asks_for_live: bool = False
    photo: str = ""
    said: str = ""


def confirmed_of(pressed: Pressed, scanner: Scanner, organization: Organization, at: datetime) -> Confirmed:
    policy = scanner.station(organization).policy
    facts = facts_of_scan(codes.hash_of(pressed.code), policy.site, at)
    benefit = benefit_of(pressed.permission, facts, policy, at)
    customer = None if facts.card is None else Customer.objects.filter(pk=facts.card.customer_id).first()
    granted = benefit.pressed.granted
    return Confirmed(
        asks=granted and benefit.uses_up,
        what=pressed.permission.name,
        name="" if customer is None else name_shown(customer, scanner.sees(organization)),
        left=left_text(benefit.left.remaining),
        refused=str(why_not(benefit, scanner, organization)) if granted else "",
    )


def done_of(checkin: CheckIn, scanner: Scanner, organization: Organization, at: datetime) -> DoneShown:
    """As it stands now: what is left is what was left then, when it is due again is looked at anew."""
    card = Card.objects.filter(lookup_hash=bytes(checkin.code_hash)).first()
    sees, granted = seen_of(card, scanner, organization, at), checkin.outcome == Outcome.GRANTED
    permission = Permission.objects.filter(slug=checkin.permission).first()
    customer = Customer.objects.filter(pk=checkin.customer_id).first()
    tells = sees is not Sees.STATUS
    yes = _("Redeemed") if checkin.counted else _("Checked in")
    return DoneShown(
        granted=granted,
        title=yes if granted else reason_told(checkin.reason, scanner.is_staff),
        what=checkin.permission if permission is None else permission.name,
        name="" if customer is None else name_shown(customer, sees),
        left=left_text(checkin.remaining) if tells else "",
        next=_next(checkin, permission, scanner, organization, at) if tells else "",
        can_undo=granted and checkin.voided_at is None and at - checkin.at <= VOID_WITHIN,
        asks_for_live=checkin.reason in (Reason.CODE_STALE, Reason.CODE_REPLAYED),
        photo=photo_shown(customer, sees) if customer is not None and granted else "",
        said=_said(checkin) if granted else "",
    )


def _said(checkin: CheckIn) -> str:
    if checkin.partner is None or not checkin.partner_said:
        return ""
    return names.partners([checkin.partner]).get(checkin.partner, checkin.partner)


def reason_told(reason: str, is_staff: bool) -> str | Promise:
    """Why a membership is over, or not yet, is staff's alone to know."""
    state = _STATES.get(reason)
    return reason_text(reason) if is_staff or state is None else state_word(state)


def _next(
    checkin: CheckIn, permission: Permission | None, scanner: Scanner, organization: Organization, at: datetime
) -> str:
    if permission is None:
        return ""
    policy = scanner.station(organization).policy
    facts = facts_of_scan(bytes(checkin.code_hash), policy.site, at)
    return next_text(benefit_of(permission, facts, policy, at).left)
