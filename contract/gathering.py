"""From rows to facts: what the rows that belong to one card say.

Whoever stores rows gathers them (edge/storage/replica.py in one SQL statement, hub/feed/lookup.py at the hub) and
hands them over in any order.
"""

from collections.abc import Iterable

from contract.facts import Card, Customer, Facts, HeldMembership, Passage, Position
from contract.feed import Kind, schedule_key, site_key
from contract.hours import Schedule, Site
from contract.limits import Use
from contract.membership import Membership, Plan
from contract.plan_rows import plan_of, schedule_of, site_of
from contract.rotating import secret_of
from contract.rows import (
    card_of,
    customer_of,
    membership_of,
    passage_of,
    pool_use_of,
    rotating_salt_of,
    use_of,
)

StoredRow = tuple[int, bytes, bytes, bytes]
"""kind, key, ref, body of a live row."""


def facts_from_rows(
    position: Position, rows: Iterable[StoredRow], site: str | None, organization_key: bytes
) -> Facts:
    """Facts about one card, asked about at `site`; a site that has no row has UTC for its calendar, no holidays.
    The secret of a card's rotating codes follows from the organization key and the card's salt.

    A membership whose plan is missing is left out: it grants nothing. Kinds that are not known are passed over,
    so that a hub may be newer than its edges. FeedError: a row that does not fit its kind.
    """
    card: Card | None = None
    customer: Customer | None = None
    secret: bytes | None = None
    here = Site()
    plans: dict[int, Plan] = {}
    memberships: list[Membership] = []
    uses: dict[bytes, Use] = {}
    passages: list[Passage] = []
    schedule_bodies: dict[bytes, bytes] = {}
    site_row = None if site is None else site_key(site)
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
        elif kind in _USES:
            use = _USES[kind](key, body)
            uses[use.id] = use
        elif kind == Kind.SITE and key == site_row:
            here = site_of(body)
        elif kind == Kind.SCHEDULE:
            schedule_bodies[key] = body
        elif kind == Kind.ROTATING:
            secret = secret_of(organization_key, key, rotating_salt_of(body))
        elif kind == Kind.PASSAGE:
            passages.append(passage_of(key, body))
    held = tuple(HeldMembership(each, plans[each.plan_id]) for each in memberships if each.plan_id in plans)
    return Facts(
        position=position,
        card=card,
        customer=customer,
        held=held,
        uses=tuple(uses.values()),
        site=here,
        schedules=_schedules(held, schedule_bodies),
        passages=tuple(passages),
        rotating_secret=secret,
    )


_USES = {int(Kind.USE): use_of, int(Kind.POOL_USE): pool_use_of}


def _schedules(held: Iterable[HeldMembership], bodies: dict[bytes, bytes]) -> dict[str, Schedule]:
    """Those that the plans name: of all that a hub may have, the few that matter are read."""
    named = {grant.schedule for each in held for grant in each.plan.grants if grant.schedule is not None}
    found = {name: bodies.get(schedule_key(name)) for name in sorted(named)}
    return {name: schedule_of(body) for name, body in found.items() if body is not None}
