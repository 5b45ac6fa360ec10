"""The cases that F4 measures: facts in memory of one card, with 1 to 5 memberships, for `decide` and its peers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from contract.ask import Ask
from contract.facts import Card, Customer, Facts, HeldMembership, Position
from contract.grant import Grant
from contract.limits import Limit, Use
from contract.membership import Holder, HolderKind, Membership, Plan

AT: Final = datetime(2026, 3, 14, 12, 30, tzinfo=UTC)
CUSTOMER: Final = 7
PERMISSION: Final = "glass-of-wine"
LIMIT: Final = Limit(10, 7 * 86_400)
_OTHER_PERMISSIONS: Final = ("front-door", "sauna", "guest-day")


@dataclass(frozen=True)
class Case:
    """`granted` is what each of them has to answer."""

    name: str
    facts: Facts
    granted: bool


ASK: Final = Ask(permission=PERMISSION)


def cases() -> list[Case]:
    return [
        Case("1 membership, granted", _facts(1, uses=3), granted=True),
        Case("3 memberships, granted by the last", _facts(3, uses=3), granted=True),
        Case("5 memberships, granted by the last", _facts(5, uses=3), granted=True),
        Case("5 memberships, limit reached", _facts(5, uses=LIMIT.count), granted=False),
    ]


def _facts(memberships: int, uses: int) -> Facts:
    """All but the last to be used are over, or of a plan without the permission."""
    held = tuple(_held(number, last=number == memberships) for number in range(1, memberships + 1))
    used = tuple(
        Use(number.to_bytes(16, "big"), CUSTOMER, memberships, PERMISSION, AT - timedelta(hours=number))
        for number in range(1, uses + 1)
    )
    return Facts(
        position=Position("everyone", 1, 1),
        card=Card(CUSTOMER),
        customer=Customer(CUSTOMER, "Member"),
        held=held,
        uses=used,
    )


def _held(number: int, last: bool) -> HeldMembership:
    grants = tuple(Grant(permission) for permission in _OTHER_PERMISSIONS)
    if last:
        grants += (Grant(PERMISSION, (LIMIT,)),)
    expired = not last and number % 2 == 0
    membership = Membership(
        id=number,
        holder=Holder(HolderKind.CUSTOMER, CUSTOMER),
        plan_id=number,
        starts_at=AT - timedelta(days=200),
        ends_at=AT - timedelta(days=1) if expired else AT + timedelta(days=30 * number),
    )
    return HeldMembership(membership, Plan(number, f"Plan {number}", grants))
