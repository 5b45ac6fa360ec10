"""Plans, customers, cards and memberships, made as staff make them."""

from datetime import UTC, datetime, timedelta

from contract.limits import Limit
from hub.members import codes, operations
from hub.members.models import Customer, Grant, Membership, Permission, Plan

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_plan(slug: str = "front-door", *limits: Limit) -> Plan:
    permission = Permission.objects.filter(slug=slug).first()
    permission = permission or operations.save_permission(Permission(slug=slug, name=slug.title()))
    plan = operations.save_plan(Plan(name="Full"))
    operations.save_grant(Grant(plan=plan, permission=permission), limits)
    return plan


def a_customer(name: str = "Member") -> Customer:
    return operations.save_customer(Customer(name=name))


def a_card(customer: Customer) -> str:
    return codes.decrypt(operations.issue_card(customer))


def a_membership(plan: Plan, **fields: object) -> Membership:
    return operations.save_membership(Membership(plan=plan, starts_at=AT - DAY, **fields))
