"""What whoever scans a card may do with it: of each benefit what is left now, and what pressing its button would
come to. A look: nothing is recorded and nothing is used up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from contract.ask import Ask, Mode, Policy
from contract.decision import Decision
from contract.facts import Facts
from contract.reasons import Reason
from contract.rotating import matching_step
from hub.decisions.deciding import decide_at_hub, facts_of_card, with_held, with_static_codes
from hub.feed.operations import EVERYONE
from hub.members import codes
from hub.members.models import Card, Permission

_NOT_THEIRS = (Reason.PERMISSION_MISSING, Reason.NO_MEMBERSHIP)


@dataclass(frozen=True, slots=True)
class Benefit:
    """`left`: as it stands before any use; `pressed`: what using it now would come to."""

    permission: Permission
    left: Decision
    pressed: Decision

    @property
    def uses_up(self) -> bool:
        """Not so where another of the holder's plans gives it to whoever presses as often as they like."""
        return self.pressed.counted


def facts_of_scan(card_hash: bytes, site: str | None, at: datetime) -> Facts:
    """By a card's lookup hash. Its rotating code's secret is the members': feeds have it where a reader asks for
    such codes, and not elsewhere."""
    facts = with_held(facts_of_card(EVERYONE, card_hash, site), at)
    card = Card.objects.filter(lookup_hash=card_hash).first()
    return facts if card is None else replace(facts, rotating_secret=codes.secret_of(card))


def rotates(facts: Facts) -> bool:
    return facts.rotating_secret is not None


def live_step(facts: Facts, digits: str | None, at: datetime) -> int | None:
    """The step whose digits were shown, if they are those of now. None: old ones, none, or the card has none."""
    if facts.rotating_secret is None or digits is None:
        return None
    return matching_step(facts.rotating_secret, digits, at)


def benefits_of(permissions: Iterable[Permission], facts: Facts, policy: Policy, at: datetime) -> list[Benefit]:
    """Of those that are in their plans at all."""
    asked = (benefit_of(each, facts, policy, at) for each in permissions)
    return [each for each in asked if each.left.reason not in _NOT_THEIRS]


def benefit_of(permission: Permission, facts: Facts, policy: Policy, at: datetime) -> Benefit:
    """The digits of a rotating code aside: whoever presses is asked for them."""

    def look(mode: Mode) -> Decision:
        ask = Ask(permission=permission.slug, mode=mode, policy=policy)
        return decide_at_hub(with_static_codes(ask), facts, at)

    return Benefit(permission, look(Mode.IDENTIFY), look(Mode.REDEEM))
