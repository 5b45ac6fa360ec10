"""How many memberships of each plan are active, inactive or over at an instant. Reads only."""

from collections import Counter
from datetime import datetime

from contract.membership import State, status_at
from hub.members import rows
from hub.members.models import Membership

Counts = dict[State, int]


def members_by_plan(at: datetime, plan_id: int | None = None) -> dict[int, Counts]:
    """By plan; plans without memberships are left out. Each is asked by the contract: about 1.5 s for 100,000."""
    wanted = Membership.objects.all() if plan_id is None else Membership.objects.filter(plan=plan_id)
    counted = Counter((each.plan_id, status_at(each, at).state) for each in rows.meanings_of(wanted))
    found: dict[int, Counts] = {}
    for (plan, state), count in counted.items():
        found.setdefault(plan, dict.fromkeys(State, 0))[state] = count
    return found
