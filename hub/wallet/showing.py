"""What a member sees of themselves: cards, standing, what they may use. Decided by the contract, through
hub.members and hub.decisions; told here."""

from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contract.ask import Policy
from contract.membership import Detail, State, end_of
from contract.reasons import Reason
from contract.rotating import DIGITS, STEP_SECONDS, digits_at, rotating_text, step_at, wallet_pattern
from hub.cards import barcodes
from hub.checkins import names
from hub.decisions.offering import Offer, facts_of_customer, offers_granted
from hub.decisions.said import left_text, light_of, next_text, reason_text, word_of
from hub.fleet.models import Site
from hub.fleet.standing import Light
from hub.members import codes, queries, rows
from hub.members.models import Card, Customer, Membership, Permission
from hub.members.queries import CardState, Standing

_LATER: Final = (Reason.OUTSIDE_HOURS, Reason.LIMIT_REACHED, Reason.COOLDOWN)


class Rotating(NamedTuple):
    """All that a phone needs to go on by itself. `pattern`: what the QR code holds, `typed`: what is typed, each
    before the digits."""

    pattern: str
    typed: str
    secret: str
    step_seconds: int = STEP_SECONDS
    digits: int = DIGITS


class CardShown(NamedTuple):
    """`typed`: for people to type; `rotating` None: it does not."""

    card: Card
    state: CardState
    qr: SafeString
    typed: str
    rotating: Rotating | None

    @property
    def may_be_lost(self) -> bool:
        """One that works, or will: another one would work instead of it."""
        return self.state in (CardState.LIVE, CardState.NOT_YET_VALID)


class Held(NamedTuple):
    """A membership. `via`: the company's name; empty: their own. Of its dates the one that matters now."""

    plan: str
    light: Light
    word: str | Promise
    via: str
    begins: datetime | None
    ends: datetime | None
    ended: datetime | None


class Benefit(NamedTuple):
    name: str
    light: Light
    word: str | Promise
    left: str
    next: str
    partners: list[str]


class Allowed(NamedTuple):
    """`others`: names of what doors and our own counters ask for."""

    benefits: list[Benefit]
    others: list[str]


def cards_of(customer: Customer, at: datetime) -> list[CardShown]:
    """Those that are not revoked; what works first, then the newest. hub.members.codes.CodeUnreadable."""
    found = [each for each in customer.cards.all() if each.revoked_at is None]
    shown = [_card(each, at) for each in found]
    return sorted(shown, key=lambda each: each.state is not CardState.LIVE)


def may_be_printed(shown: CardShown) -> bool:
    return shown.state is CardState.LIVE and shown.rotating is None


def memberships_of(customer: Customer, at: datetime) -> list[Held]:
    """What stands, as it is to be shown first; where nothing does, the last that did. Of
    hub.members.profiles.customer_profiles."""
    standings = [Standing(each, queries.status_of(each, at)) for each in queries.memberships_serving(customer)]
    first = queries.standing_of(customer, at)
    rest = [each for each in standings if each.status.state is not State.EXPIRED and each != first]
    return [] if first is None else [_held(each, customer) for each in (first, *rest)]


def allowed_to(customer: Customer, at: datetime) -> Allowed:
    """What their plans grant, whether it is granted now or not; by the first site's hours."""
    site = Site.objects.order_by("pk").values_list("name", flat=True).first()
    known = {each.slug: each for each in Permission.objects.order_by("name")}
    theirs = offers_granted(known, facts_of_customer(customer.pk, site, at), at, Policy(site=site))
    partners = names.partners({slug for each in theirs for slug in each.partners})
    return Allowed(
        [
            _benefit(each, known[each.permission].name, partners)
            for each in theirs
            if known[each.permission].is_benefit
        ],
        [known[each.permission].name for each in theirs if not known[each.permission].is_benefit],
    )


def _card(card: Card, at: datetime) -> CardShown:
    code = codes.decrypt(card)
    secret = codes.secret_of(card)
    state = queries.card_state(card, at)
    if secret is None:
        return CardShown(card, state, barcodes.svg(barcodes.symbol_of(code)), codes.typed_text(code), None)
    digits = digits_at(secret, step_at(at))
    pattern = wallet_pattern(settings.DOORWARD_URL, code)
    rotating = Rotating(_before_digits(pattern), rotating_text(codes.typed_text(code), ""), secret.hex())
    return CardShown(card, state, barcodes.qr_svg(rotating.pattern + digits), rotating.typed + digits, rotating)


def _before_digits(pattern: str) -> str:
    return pattern.partition("{")[0]


def _held(standing: Standing, customer: Customer) -> Held:
    membership, status = standing
    end = end_of(rows.meaning_of(membership))
    over = status.state is State.EXPIRED
    return Held(
        plan=membership.plan.name,
        light=light_of(status),
        word=word_of(status),
        via=_via(membership, customer),
        begins=membership.starts_at if status.detail is Detail.SCHEDULED else None,
        # Until it is paid nothing is valid, so no day of it is said.
        ends=None if over or status.detail is Detail.PENDING else end,
        ended=(membership.revoked_at or end) if over else None,
    )


def _via(membership: Membership, customer: Customer) -> str:
    return next((each.name for each in customer.companies.all() if each.pk == membership.company_id), "")


def _benefit(offer: Offer, name: str, partners: dict[str, str]) -> Benefit:
    decision = offer.decision
    light = Light.GREEN if decision.granted else Light.AMBER if decision.reason in _LATER else Light.RED
    return Benefit(
        name,
        light,
        _("Available") if decision.granted else reason_text(decision.reason),
        left_text(decision.remaining),
        next_text(decision),
        [partners.get(each, each) for each in offer.partners],
    )
