"""A permission saved together with what plans give of it: a benefit is defined as a whole, or not at all."""

from collections.abc import Iterable, Sequence

from django.db.models import Model

from contract.limits import Limit
from hub.members.models import Grant, Permission
from hub.members.operations import save_grant, save_permission, save_plan
from hub.members.writing import writing


def save_in_plans(
    permission: Permission,
    partners: Iterable[Model],
    granted: Iterable[tuple[Grant, Sequence[Limit]]],
    leaving: Iterable[Grant],
) -> Permission:
    """`partners`: those approved for it; `granted`: new and changed, their plans are stored. What other plans give
    of it stays."""
    with writing():
        save_permission(permission, partners)
        for grant in leaving:
            save_plan(grant.plan, leaving=[grant])
        for grant, limits in granted:
            grant.permission = permission
            save_grant(grant, limits)
    return permission
