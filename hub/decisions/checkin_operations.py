"""Check in at the hub: decided by the contract with the hub's own facts, and recorded, in one transaction.

It holds all feeds from before the first fact is read, as a question for confirmation does (confirming.py): of two
who ask for the last one at once, here or at an edge, one gets it. Denials are recorded too. `at` is the caller's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contract.ask import Ask, Codes, Mode, Policy
from contract.card import read_scan
from contract.decision import Decision
from hub.checkins import desk_operations
from hub.checkins.desk_operations import Made, Shown
from hub.checkins.models import CheckIn
from hub.checkins.places import FRONT_DESK
from hub.decisions.deciding import confirmed, decide_at_hub, facts_of_card, facts_of_holder, with_held
from hub.errors import HubError
from hub.feed import operations as feed
from hub.feed.operations import EVERYONE
from hub.fleet.models import Site
from hub.members import codes
from hub.members.models import Customer, Permission
from hub.partners.models import Partner


class NotAsked(HubError):
    """What cannot be asked at all; nothing is recorded of it."""


@dataclass(frozen=True, slots=True)
class Station:
    """Where somebody is checked in without an edge. `by`: the user who does it; None: nobody who is known.

    `partner_said`: whoever does it says that they are there, known to nobody; `signed_in`: whoever does it is;
    `visitors_redeem`: limited benefits may be used up nevertheless; `codes`: those that it takes (all are
    contract.ask.Policy's).
    """

    name: str = FRONT_DESK
    site: Site | None = None
    partner: Partner | None = None
    by: Any = None
    signed_in: bool = True
    visitors_redeem: bool = False
    codes: Codes = Codes.STATIC
    partner_said: bool = False

    @property
    def policy(self) -> Policy:
        return Policy(
            site=self.site and self.site.name,
            partner=self.partner and self.partner.slug,
            signed_in=self.signed_in,
            visitors_redeem=self.visitors_redeem,
            codes=self.codes,
            partner_said=self.partner_said,
        )


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """`decision` None: it stood under this id already, and nothing was done again."""

    checkin: CheckIn
    decision: Decision | None


@transaction.atomic
def check_in(
    who: Customer | str, permission: str, station: Station, at: datetime, checkin_id: bytes | None = None
) -> CheckedIn:
    """`who`: a customer, or the code of a card as it was scanned.

    `checkin_id`: asked again under the same id, the first answer stands. NotAsked: no code, or no such permission.
    """
    if not Permission.objects.filter(slug=permission).exists():
        raise NotAsked(_("There is no permission %(name)s.") % {"name": permission})
    shown = Shown() if isinstance(who, Customer) else _shown(who)
    feed.hold_all()
    new_id = checkin_id or desk_operations.new_id()
    standing = CheckIn.objects.filter(checkin_id=new_id).first()
    if standing is not None:
        return CheckedIn(standing, None)
    site = station.policy.site
    known = (
        facts_of_holder(EVERYONE, who.pk, site)
        if isinstance(who, Customer)
        else facts_of_card(EVERYONE, shown.code_hash, site)
    )
    facts = with_held(known, at)
    ask = confirmed(Ask(permission=permission, mode=Mode.REDEEM, policy=station.policy))
    decision = decide_at_hub(ask, facts, at)
    held = set(decision.counted_uses) - {use.id for use in known.uses}
    customer = None if facts.card is None else facts.card.customer_id
    made = Made(new_id, customer, station.name, station.by, station.site, shown, held)
    return CheckedIn(desk_operations.record(ask, decision, made, at), decision)


def _shown(text: str) -> Shown:
    scan = read_scan(text.encode())
    if scan.text is None:
        raise NotAsked(_("This is no card's code: scan it again, or type what is printed on the card."))
    return Shown(codes.hash_of(scan.text), scan.length, scan.classes)
