"""`python -m tests.system.seed MEMBERS SECONDS LIMIT`: the example club, and what the fault tests need besides.

Prints JSON: `tireless`, codes of MEMBERS who may pass the front door and have LIMIT uses of a benefit a day;
`cards`, those of the example club;
`ending`, the code of a member whose membership ends in SECONDS, and that instant in Unix microseconds.
"""

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from contract.instants import to_us  # noqa: E402
from contract.limits import Limit  # noqa: E402
from hub import example_club  # noqa: E402
from hub.members import codes, operations  # noqa: E402
from hub.members.models import Customer, Grant, Membership, Permission, Plan  # noqa: E402


def seed(members: int, seconds: float, limit: int) -> dict[str, object]:
    at = timezone.now()
    club = example_club.seed(at)
    plan = operations.save_plan(Plan(name="Tireless"))
    operations.save_grant(Grant(plan=plan, permission=Permission.objects.get(slug="front-door")), ())
    often = Limit(limit, 86_400)
    operations.save_grant(Grant(plan=plan, permission=Permission.objects.get(slug="glass-of-wine")), (often,))
    ends_at = timezone.now() + timedelta(seconds=seconds)
    tireless = [_member(plan, f"Tireless member {number}", None) for number in range(members)]
    return {
        "cards": club["cards"],
        "tireless": tireless,
        "ending": _member(plan, "Member whose plan ends soon", ends_at),
        "ends_at_us": to_us(ends_at),
    }


def _member(plan: Plan, name: str, ends_at: object) -> str:
    customer = operations.save_customer(Customer(name=name))
    starts_at = timezone.now() - timedelta(days=1)
    operations.save_membership(Membership(plan=plan, customer=customer, starts_at=starts_at, ends_at=ends_at))
    return codes.decrypt(operations.issue_card(customer))


if __name__ == "__main__":
    print(json.dumps(seed(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))))
