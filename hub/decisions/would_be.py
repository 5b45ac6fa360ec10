"""Plans as they would be, were something saved that is only asked for yet: for looking ahead. Writes nothing.

Made by the same functions as their rows (hub/members/rows.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from contract.limits import Limit
from hub.decisions.foreseen import PlanChange
from hub.members import rows
from hub.members.models import Grant, Permission, Plan
from hub.members.queries import plans_with_grants
from hub.partners.models import Partner


def plan_changed(plan: Plan, grants: Iterable[tuple[Grant, Sequence[Limit]]]) -> Iterator[PlanChange]:
    """With what `plan` says, and exactly these grants. Nothing of a plan that is not stored: nobody holds it."""
    for stored in plans_with_grants().filter(pk=plan.pk):
        meant = [rows.meaning_of_grant(grant, limits) for grant, limits in grants]
        yield PlanChange(rows.meaning_of_plan(stored), rows.meaning_of_plan(plan, meant))


def permission_changed(permission: Permission, partners: Iterable[Partner]) -> Iterator[PlanChange]:
    """Of each plan that grants it, with what `permission` says and these partners approved for it."""
    approved = rows.approved(permission, partners)
    login_required = permission.login_required
    for stored in plans_with_grants().filter(grants__permission=permission.pk):
        plan = rows.meaning_of_plan(stored)
        grants = [
            replace(each, partners=approved, login_required=login_required)
            if each.permission == permission.slug
            else each
            for each in plan.grants
        ]
        yield PlanChange(plan, replace(plan, grants=tuple(grants)))


def partner_changed(partner: Partner) -> Iterator[PlanChange]:
    """Of each plan that grants what is for approved partners, `partner` among them."""
    for stored in plans_with_grants().filter(grants__permission__partners=partner.pk).distinct():
        plan = rows.meaning_of_plan(stored)
        approved = {each.permission.slug: _approved_with(each.permission, partner) for each in stored.grants.all()}
        grants = [replace(each, partners=approved[each.permission]) for each in plan.grants]
        yield PlanChange(plan, replace(plan, grants=tuple(grants)))


def _approved_with(permission: Permission, partner: Partner) -> frozenset[str] | None:
    partners = permission.partners.all()
    return rows.approved(permission, [partner if each.pk == partner.pk else each for each in partners])
