"""A scanned card as whoever scans it may see it, in words: the scan page and the counter page draw the same.

`card_shown` is the one way from a code to what is shown. Who sees what of a member whom they do not know is the
organization's to say (hub.organization); what may be pressed is decided by hub.decisions.scanning.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from contract.facts import Facts
from contract.membership import State
from contract.reasons import Reason
from hub.checkins.desk_operations import new_id
from hub.decisions.said import left_text, light_of, next_text, reason_text, word_of
from hub.decisions.scanning import Benefit, benefits_of, facts_of_scan, live_step, rotates
from hub.fleet.standing import Light
from hub.members import codes, queries
from hub.members.models import Card, Customer
from hub.members.queries import CardState, Standing
from hub.organization.models import Organization, Sees
from hub.partners.models import Partner
from hub.partners.queries import partners_to_say
from hub.scan import signed
from hub.scan.recent import Recent, recent_of
from hub.scan.who import Scanner

_NOT_LIVE = {
    CardState.NOT_YET_VALID: Reason.CARD_NOT_YET_VALID,
    CardState.EXPIRED: Reason.CARD_EXPIRED,
    CardState.REVOKED: Reason.CARD_REVOKED,
}
_SOON = (Reason.OUTSIDE_HOURS, Reason.LIMIT_REACHED, Reason.COOLDOWN)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code as it was scanned: canonical, and the digits behind it where there were any. `live`: that they were
    those of then, as a page signed it that was opened by them."""

    code: str = field(repr=False)
    digits: str | None = field(default=None, repr=False)
    live: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class BenefitShown:
    """`uses_up`: pressing redeems it. `id`: of the check-in that pressing makes, signed; empty: it cannot be
    pressed, and `word` says why."""

    slug: str
    name: str
    light: Light
    word: str | Promise
    left: str
    next: str
    uses_up: bool
    id: str


@dataclass(frozen=True, slots=True)
class CardShown:
    """`name`, `plan` and `photo` empty: they are not for whoever scans. `live`: signed into the page where the
    code was live; `asks_for_live`: it rotates, was not, and limited benefits need that. `offers`: whether benefits
    are told of at all. `places`: partners at which a visitor may say that they are, to check this member in."""

    code: str = field(repr=False)
    light: Light
    word: str | Promise
    is_active: bool
    name: str = ""
    plan: str = ""
    photo: str = ""
    customer: Customer | None = None
    benefits: tuple[BenefitShown, ...] = ()
    recent: tuple[Recent, ...] = ()
    live: str = ""
    asks_for_live: bool = False
    sees_recent: bool = False
    offers: bool = False
    places: tuple[Partner, ...] = ()


def card_shown(
    card: Card, scanned: Scanned, scanner: Scanner, organization: Organization, at: datetime
) -> CardShown:
    """`card`: the one that `scanned` is the code of."""
    sees, state = seen_of(card, scanner, organization, at), queries.card_state(card, at)
    standing = queries.standing_of(card.customer, at)
    light, word = _standing_words(standing, scanner.is_staff)
    if state is not CardState.LIVE:
        light, word = Light.RED, reason_text(_NOT_LIVE[state])
    is_active = state is CardState.LIVE and standing is not None and standing.status.state is State.ACTIVE
    shown: dict[str, Any] = {"code": scanned.code, "light": light, "word": word, "is_active": is_active}
    if is_active and scanner.may_press(organization):
        shown |= _usable(scanned, scanner, organization, at)
    return CardShown(**shown, **_person(card.customer, standing, scanner, sees, at))


def seen_of(card: Card | None, scanner: Scanner, organization: Organization, at: datetime) -> Sees:
    """Whoever finds a card that was lost learns nothing of whose it was."""
    is_live = card is not None and queries.card_state(card, at) is CardState.LIVE
    return scanner.sees(organization) if is_live or scanner.is_known else Sees.STATUS


def name_shown(customer: Customer, sees: Sees) -> str:
    """Whole; as first name and initial; or not at all."""
    if sees is Sees.STATUS:
        return ""
    first, *others = customer.name.split() or [""]
    return f"{first} {others[-1][0]}." if others and sees is Sees.CAREFUL else " ".join([first, *others])


def photo_shown(customer: Customer, sees: Sees) -> str:
    """What stands in its address; empty: there is none, or not for whoever scans."""
    if sees is not Sees.ALL or getattr(customer, "photo", None) is None:
        return ""
    return signed.sign_photo(customer.pk)


def state_word(state: State) -> str:
    """As much of it as anybody may know."""
    words = {
        State.ACTIVE: _("Active"),
        State.INACTIVE: _("Not active now"),
        State.EXPIRED: _("No longer active"),
    }
    return words[state]


def _standing_words(standing: Standing | None, is_staff: bool) -> tuple[Light, str | Promise]:
    """Why it is over, or not yet, is staff's alone to know; and that it is in grace, which is amber for them."""
    status = None if standing is None else standing.status
    if is_staff or status is None:
        return light_of(status), word_of(status)
    lights = {State.ACTIVE: Light.GREEN, State.INACTIVE: Light.AMBER, State.EXPIRED: Light.RED}
    return lights[status.state], state_word(status.state)


def _person(
    customer: Customer, standing: Standing | None, scanner: Scanner, sees: Sees, at: datetime
) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": name_shown(customer, sees)}
    if sees is not Sees.STATUS and standing is not None:
        shown["plan"] = standing.membership.plan.name
    if sees is Sees.ALL:
        shown["photo"] = photo_shown(customer, sees)
        shown |= {"recent": tuple(recent_of(customer, scanner, at)), "sees_recent": True}
    if scanner.is_staff:
        shown["customer"] = customer
    return shown


def _usable(scanned: Scanned, scanner: Scanner, organization: Organization, at: datetime) -> dict[str, Any]:
    policy = scanner.station(organization).policy
    card_hash = codes.hash_of(scanned.code)
    facts = facts_of_scan(card_hash, policy.site, at)
    found = benefits_of(scanner.offered(), facts, policy, at)
    live = _live(scanned, facts, card_hash, at)
    needs_live = rotates(facts) and not scanner.is_staff and not live
    return {
        "offers": True,
        "benefits": tuple(_benefit(each, scanner, organization, needs_live) for each in found),
        "live": live,
        "asks_for_live": needs_live and any(each.uses_up for each in found),
        "places": _places(facts, scanner, organization),
    }


def _live(scanned: Scanned, facts: Facts, card_hash: bytes, at: datetime) -> str:
    """Never signed anew: it holds for so long after the code was scanned, however often its page is shown."""
    if scanned.live:
        return scanned.live if signed.read_live(scanned.live, card_hash) is not None else ""
    step = live_step(facts, scanned.digits, at)
    return "" if step is None else signed.sign_live(card_hash, step)


def _places(facts: Facts, scanner: Scanner, organization: Organization) -> tuple[Partner, ...]:
    """None for who is known, and where visitors may use nothing anyhow."""
    if scanner.is_known or not (organization.visitors_check_in or organization.visitors_redeem):
        return ()
    granted = {grant.permission for held in facts.held for grant in held.plan.grants}
    return tuple(partners_to_say(granted))


def _benefit(benefit: Benefit, scanner: Scanner, organization: Organization, needs_live: bool) -> BenefitShown:
    word, light = why_not(benefit, scanner, organization), Light.AMBER
    if not benefit.left.granted and benefit.left.reason not in _SOON:
        light = Light.RED
    if not word and benefit.uses_up and needs_live:
        word = reason_text(Reason.CODE_STALE)
    can_press = not word
    return BenefitShown(
        slug=benefit.permission.slug,
        name=benefit.permission.name,
        light=Light.GREEN if can_press else light,
        word=word or _("Yes"),
        left=left_text(benefit.left.remaining),
        next=next_text(benefit.left),
        uses_up=benefit.uses_up,
        id=signed.sign_button(new_id()) if can_press else "",
    )


def why_not(benefit: Benefit, scanner: Scanner, organization: Organization) -> str | Promise:
    """Why it cannot be pressed, the digits of a rotating card aside; empty: it can."""
    if not benefit.pressed.granted:
        return reason_text(benefit.pressed.reason)
    if not benefit.uses_up and not scanner.is_known and not organization.visitors_check_in:
        return reason_text(Reason.LOGIN_REQUIRED)
    return ""
