"""One member, one card, plans and readers: what the examples of the decision are made from."""

from datetime import datetime, timedelta
from typing import Any

from contract_strategies import CUSTOMER, NOON

from contract.ask import Ask, Circumstances, Mode, Policy
from contract.facts import Card, Customer, Facts, HeldMembership, Position
from contract.grant import Grant
from contract.limits import Limit, Use
from contract.membership import AtEnd, Holder, HolderKind, Membership, Plan

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
POSITION = Position("everyone", 1_770_000_000_000, 42)
MEMBER = Customer(CUSTOMER, "Member with a plan")
OWN = Holder(HolderKind.CUSTOMER, CUSTOMER)
COMPANY = Holder(HolderKind.COMPANY, CUSTOMER)
WEEKLY = Limit(1, 7 * 86_400)
FULL = Plan(1, "Full", (Grant("front-door"), Grant("glass-of-wine", (WEEKLY,))))
DOOR_ONLY = Plan(2, "Door only", (Grant("front-door"),))


def ask(permission: str, policy: Policy | None = None, mode: Mode = Mode.REDEEM, **now: Any) -> Ask:
    return Ask(permission=permission, mode=mode, policy=policy or Policy(), circumstances=Circumstances(**now))


DOOR = ask("front-door")
WINE = ask("glass-of-wine")


def wine_plan(*limits: Limit, **rules: Any) -> Plan:
    """A plan whose wine has other rules."""
    return Plan(1, "Wine", (Grant("glass-of-wine", limits or (WEEKLY,), **rules),))


def held(
    number: int = 1,
    *,
    plan: Plan = FULL,
    holder: Holder = OWN,
    starts_at: datetime = NOON - DAY,
    ends_at: datetime | None = NOON + DAY,
    revoked: bool = False,
    at_end: AtEnd = AtEnd.ENDS,
    **special: Any,
) -> HeldMembership:
    one = Membership(number, holder, plan.id, starts_at, ends_at, revoked, at_end=at_end, **special)
    return HeldMembership(one, plan)


def facts_of(
    *memberships: HeldMembership, card: Card | None = None, used: tuple[Use, ...] = (), **known: Any
) -> Facts:
    return Facts(POSITION, card or Card(CUSTOMER), MEMBER, memberships, used, **known)


def wine(
    membership_id: int = 1, at: datetime = NOON - DAY, customer_id: int = CUSTOMER, number: int = 1, **where: Any
) -> Use:
    return Use(number.to_bytes(16, "big"), customer_id, membership_id, "glass-of-wine", at, **where)
