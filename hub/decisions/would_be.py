"""Plans as they would be, were something saved that is only asked for yet: for looking ahead. Writes nothing.

Made by the same functions as their rows (hub/members/rows.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from django.db.models import Q

from contract.grant import Grant as Meant
from contract.limits import Limit
from hub.decisions.foreseen import PlanChange
from hub.members import rows
from hub.members.models import Grant, Permission, Plan
from hub.members.queries import plans_with_grants
from hub.partners.models import Partner

GivenBy = Mapping[int, Sequence[Limit] | None]
"""Limits of a permission by plan; None: it gives it no more. Plans that are not in it give what they give."""
_AS_IT_IS: Final[GivenBy] = MappingProxyType({})


def plan_changed(plan: Plan, grants: Iterable[tuple[Grant, Sequence[Limit]]]) -> Iterator[PlanChange]:
    """With what `plan` says, and exactly these grants. Nothing of a plan that is not stored: nobody holds it."""
    for stored in plans_with_grants().filter(pk=plan.pk):
        meant = [rows.meaning_of_grant(grant, limits) for grant, limits in grants]
        yield PlanChange(rows.meaning_of_plan(stored), rows.meaning_of_plan(plan, meant))


def permission_changed(
    permission: Permission, partners: Iterable[Partner], given: GivenBy = _AS_IT_IS
) -> Iterator[PlanChange]:
    """Of each plan that grants it or would, with what `permission` says and these partners approved for it."""
    approved = rows.approved(permission, partners)
    terms = {
        "partners": approved,
        "login_required": permission.login_required,
        "partner_may_be_said": permission.partner_may_be_said,
    }
    concerned = Q(pk__in=[plan for plan, limits in given.items() if limits is not None])
    if permission.pk is not None:
        concerned |= Q(grants__permission=permission.pk)
    for stored in plans_with_grants().filter(concerned).distinct():
        plan = rows.meaning_of_plan(stored)
        grants = [replace(each, **terms) if each.permission == permission.slug else each for each in plan.grants]
        if stored.pk in given:
            grants = list(_given(grants, Meant(permission.slug, **terms), given[stored.pk]))
        yield PlanChange(plan, replace(plan, grants=tuple(grants)))


def _given(grants: Iterable[Meant], new: Meant, limits: Sequence[Limit] | None) -> Iterator[Meant]:
    """With these limits of what `new` is of; None: without it."""
    is_there = False
    for each in grants:
        if each.permission != new.permission:
            yield each
        elif limits is not None:
            is_there = True
            yield replace(each, limits=tuple(limits))
    if limits is not None and not is_there:
        yield replace(new, limits=tuple(limits))


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
