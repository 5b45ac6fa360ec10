"""What a new hub lacks before a door opens to a member, each with the page where it is made."""

from typing import Final, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.fleet.models import Edge, Site
from hub.members.models import Customer, Permission, Plan


class Step(NamedTuple):
    title: str | Promise
    address: str
    is_done: bool


_STEPS: Final[list[tuple[str | Promise, str, str, type[Model]]]] = [
    (_("A site, with its time zone"), "desk:new_site", "fleet.add_site", Site),
    (_("A permission, as for the front door"), "desk:new_permission", "members.add_permission", Permission),
    (_("A plan that grants it"), "desk:new_plan", "members.add_plan", Plan),
    (_("An edge, the machine beside the door"), "desk:new_edge", "fleet.add_edge", Edge),
    (_("The first member"), "desk:new_customer", "members.add_customer", Customer),
]


def first_steps(user: User) -> list[Step]:
    """Those that `user` may take; empty: none, or all of them are taken."""
    steps = [
        Step(title, reverse(route), model._default_manager.exists())
        for title, route, permission, model in _STEPS
        if user.has_perm(permission)
    ]
    return [] if all(each.is_done for each in steps) else steps
