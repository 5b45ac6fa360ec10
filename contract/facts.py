"""From rows to facts: what the rows that belong to one card say.

Whoever stores rows gathers them (`edge/storage/replica.py` in one SQL statement) and hands them over in any order.
"""

from collections.abc import Iterable

from contract.decision import Card, Customer, Facts, HeldMembership, Position
from contract.feed import Kind, card_of, customer_of, membership_of, plan_of, use_of
from contract.limits import Use
from contract.membership import Membership, Plan

StoredRow = tuple[int, bytes, bytes, bytes]
"""kind, key, ref, body of a live row."""


def facts_from_rows(position: Position, rows: Iterable[StoredRow], own_uses: Iterable[Use] = ()) -> Facts:
    """Facts about one card. `own_uses` are an edge's own, which the rows may or may not hold too.

    A membership whose plan is missing is left out: it grants nothing. Kinds that are not known are passed over,
    so that a hub may be newer than its edges. FeedError: a row that does not fit its kind.
    """
    card: Card | None = None
    customer: Customer | None = None
    plans: dict[int, Plan] = {}
    memberships: list[Membership] = []
    uses: dict[bytes, Use] = {use.id: use for use in own_uses}
    for kind, key, ref, body in rows:
        if kind == Kind.CARD:
            card = card_of(ref, body)
        elif kind == Kind.CUSTOMER:
            customer = customer_of(key, body)
        elif kind == Kind.PLAN:
            plan = plan_of(key, body)
            plans[plan.id] = plan
        elif kind == Kind.MEMBERSHIP:
            memberships.append(membership_of(key, ref, body))
        elif kind == Kind.USE:
            use = use_of(key, body)
            uses[use.id] = use
    held = tuple(HeldMembership(each, plans[each.plan_id]) for each in memberships if each.plan_id in plans)
    return Facts(position, card, customer, held, tuple(uses.values()))
