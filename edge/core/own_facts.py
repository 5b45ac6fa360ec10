"""What an edge knows itself, put to what its replica says about one card. Pure."""

from dataclasses import replace

from contract.facts import Facts
from contract.limits import Use
from contract.membership import HolderKind
from edge.core.own_uses import OwnUses


def with_own(facts: Facts, own: OwnUses, used_steps: frozenset[int]) -> Facts:
    """`facts` of the replica, own uses and passages added, and what was undone here left out."""
    if facts.card is None:
        return facts
    customer_id = facts.card.customer_id
    return replace(
        facts,
        uses=tuple(_uses(facts, own, customer_id).values()),
        passages=(*facts.passages, *own.passages_of(customer_id)),
        used_steps=used_steps,
        since_contact=_since_contact(facts, own, customer_id),
    )


def _since_contact(facts: Facts, own: OwnUses, customer_id: int) -> frozenset[bytes]:
    """What the replica holds came by way of the hub."""
    mine = frozenset(use.id for use in own.of(customer_id))
    return mine.difference(use.id for use in facts.uses) if mine else mine


def _uses(facts: Facts, own: OwnUses, customer_id: int) -> dict[bytes, Use]:
    """By id: a pool's may be those of people whom the replica tells nothing of. What the replica holds counts from
    when the hub says: this edge's clock may have been ahead."""
    uses = {use.id: use for use in own.of(customer_id)}
    holders = {each.membership.holder for each in facts.held}
    for company in (holder.id for holder in holders if holder.kind is HolderKind.COMPANY):
        uses |= {use.id: use for use in own.of_company(company)}
    return uses | {use.id: use for use in facts.uses if not own.is_voided(use.id)}
