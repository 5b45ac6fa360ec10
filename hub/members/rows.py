"""From what the database holds to what the contract means, and to rows of the feed."""

from contract import decision, feed, limits, membership
from contract.feed import Change
from contract.membership import Holder, HolderKind
from hub.members.models import Card, Customer, Grant, Link, Membership, Plan


def customer_row(customer: Customer) -> Change:
    return feed.customer_change(decision.Customer(customer.pk, customer.name))


def link_row(link: Link) -> Change:
    return feed.link_change(link.customer_id, link.company_id)


def plan_row(plan: Plan) -> Change:
    """Reads the plan's grants, their permissions and limits: prefetch them for many plans."""
    return feed.plan_change(membership.Plan(plan.pk, plan.name, tuple(_grant(each) for each in plan.grants.all())))


def membership_row(held: Membership) -> Change:
    return feed.membership_change(meaning_of(held))


def card_row(card: Card) -> Change:
    revoked = card.revoked_at is not None
    return feed.card_change(
        bytes(card.lookup_hash), decision.Card(card.customer_id, revoked, card.valid_from, card.valid_until)
    )


def meaning_of(held: Membership) -> membership.Membership:
    """The membership as the rules see it."""
    return membership.Membership(
        id=held.pk,
        holder=_holder(held),
        plan_id=held.plan_id,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        revoked=held.revoked_at is not None,
    )


def limits_of(grant: Grant) -> tuple[limits.Limit, ...]:
    return tuple(limits.Limit(each.count, each.window_seconds) for each in grant.limits.all())


def _grant(grant: Grant) -> membership.Grant:
    return membership.Grant(grant.permission.slug, limits_of(grant))


def _holder(held: Membership) -> Holder:
    if held.customer_id is not None:
        return Holder(HolderKind.CUSTOMER, held.customer_id)
    return Holder(HolderKind.COMPANY, held.company_id)
