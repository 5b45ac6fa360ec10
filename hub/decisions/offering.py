"""What a customer may use, without a card in anybody's hand: the rows of the hub's own feed, and decide().

A look, never a use: nothing is recorded and nothing is used up. The card's own state is left out of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.ask import Ask, Mode, Policy
from contract.decision import Decision
from contract.facts import Facts
from contract.reasons import Reason
from hub.decisions.deciding import decide_at_hub, facts_of_holder, with_held
from hub.feed.operations import EVERYONE

_NOT_THEIRS: Final = (Reason.PERMISSION_MISSING, Reason.NO_MEMBERSHIP)


@dataclass(frozen=True, slots=True)
class Offer:
    """One permission to one customer. `partners`: the only ones at which it is answered so; empty: anywhere."""

    permission: str
    decision: Decision
    partners: tuple[str, ...] = ()


def facts_of_customer(customer_id: int, site: str | None, at: datetime) -> Facts:
    """As of one who shows a card that is in order, asked about at `site`; with what is held for them at `at`."""
    return with_held(facts_of_holder(EVERYONE, customer_id, site), at)


def offer_of(permission: str, facts: Facts, at: datetime, policy: Policy | None = None) -> Offer:
    """Asked where no partner is said: what is for approved ones only is asked about at each of them."""
    policy = policy or Policy()
    decision = _look(permission, facts, policy, at)
    if decision.reason is not Reason.PARTNER_NOT_APPROVED or policy.partner is not None:
        return Offer(permission, decision)
    partners = sorted(_approved(facts, permission))
    asked = [_look(permission, facts, _at_partner(policy, each), at) for each in partners]
    granted = [each for each, answer in zip(partners, asked, strict=True) if answer.granted]
    best = next((each for each in asked if each.granted), asked[0] if asked else decision)
    return Offer(permission, best, tuple(granted or partners))


def offers_of(permissions: Iterable[str], facts: Facts, at: datetime, policy: Policy | None = None) -> list[Offer]:
    return [offer_of(each, facts, at, policy) for each in permissions]


def offers_granted(
    permissions: Iterable[str], facts: Facts, at: datetime, policy: Policy | None = None
) -> list[Offer]:
    """Of what their plans grant, whether it is granted now or not; nothing where no membership stands."""
    granted = [each for each in permissions if any(held.plan.grant_of(each) for held in facts.held)]
    return [each for each in offers_of(granted, facts, at, policy) if each.decision.reason not in _NOT_THEIRS]


def _look(permission: str, facts: Facts, policy: Policy, at: datetime) -> Decision:
    return decide_at_hub(Ask(permission=permission, mode=Mode.IDENTIFY, policy=policy), facts, at)


def _at_partner(policy: Policy, partner: str) -> Policy:
    return Policy(site=policy.site, partner=partner)


def _approved(facts: Facts, permission: str) -> set[str]:
    grants = (held.plan.grant_of(permission) for held in facts.held)
    return {partner for grant in grants if grant is not None for partner in grant.partners or ()}
