"""When what was just used is due again: by the membership that served, unless something is left anyway."""

from datetime import datetime, timedelta

import pytest

from contract.ask import Ask
from contract.calendar import Calendar
from contract.decision import decide
from contract.facts import Card, Customer, Facts, HeldMembership, Position
from contract.grant import Grant
from contract.hours import Site
from contract.limits import Limit, Use, Window
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.next_due import next_due
from tests.edge.fakes import NOON

WINE = "glass-of-wine"
ASK = Ask(permission=WINE)
ONCE_A_DAY = Limit(1, 86_400)


def held(number: int, *limits: Limit) -> HeldMembership:
    holder = Holder(HolderKind.CUSTOMER, 1)
    starts, ends = NOON - timedelta(days=90), NOON + timedelta(days=30 + number)
    membership = Membership(number, holder, number, starts, ends)
    return HeldMembership(membership, Plan(number, f"Plan {number}", (Grant(WINE, limits),)))


def facts(*memberships: HeldMembership, used: bool) -> Facts:
    uses = (Use(b"u" * 16, 1, 1, WINE, NOON),) if used else ()
    site, position = Site(Calendar("Europe/Madrid")), Position("everyone", 1, 1)
    return Facts(position, Card(1), Customer(1, "Given"), memberships, site=site, uses=uses)


@pytest.mark.parametrize(
    ("memberships", "due_at"),
    [
        ([held(1, ONCE_A_DAY)], NOON + timedelta(days=1)),
        ([held(1, Limit(2, 86_400))], None),
        ([held(1, Limit(2, 86_400, gap_seconds=600))], NOON + timedelta(minutes=10)),
        ([held(1, Limit(1, window=Window.LIFETIME))], None),
        ([held(1, ONCE_A_DAY), held(2, ONCE_A_DAY)], None),
    ],
)
def test_when_the_next_is_due(memberships: list[HeldMembership], due_at: datetime | None) -> None:
    decision = decide(ASK, facts(*memberships, used=False), NOON)
    assert decision.counted
    assert decision.membership == memberships[0].membership
    assert next_due(ASK, facts(*memberships, used=True), decision, NOON) == due_at


def test_of_a_membership_that_is_gone_meanwhile_nothing_is_due() -> None:
    decision = decide(ASK, facts(held(1, ONCE_A_DAY), used=False), NOON)
    assert next_due(ASK, facts(used=True), decision, NOON) is None
