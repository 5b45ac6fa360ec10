"""What a new hub lacks before a member is let in somewhere, each with the page where it is made.

Members show their cards at doors of ours or at partners: who has one of both has begun.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Final, NamedTuple

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.fleet.models import Edge, Site
from hub.mail.queries import can_send
from hub.members.models import Customer, Permission, Plan
from hub.organization.queries import organization, signup
from hub.partners.models import Partner


class Way(Enum):
    """Which of them a step is for."""

    BOTH = auto()
    DOORS = auto()
    PARTNERS = auto()
    BESIDES = auto()
    """Of neither: a hub has begun without it."""


class Step(NamedTuple):
    title: str | Promise
    address: str
    is_done: bool
    way: Way


_STEPS: Final[list[tuple[str | Promise, str, str, Callable[[], bool], Way]]] = [
    (
        _("The organization's name and colour"),
        "desk:organization",
        "organization.change_organization",
        lambda: bool(organization().name),
        Way.BOTH,
    ),
    (_("A site, with its time zone"), "desk:new_site", "fleet.add_site", Site.objects.exists, Way.BOTH),
    (
        _("A benefit, or a permission as for the front door"),
        "desk:new_permission",
        "members.add_permission",
        Permission.objects.exists,
        Way.BOTH,
    ),
    (_("A plan that grants it"), "desk:new_plan", "members.add_plan", Plan.objects.exists, Way.BOTH),
    (
        _("For doors: an edge, the machine beside each"),
        "desk:new_edge",
        "fleet.add_edge",
        Edge.objects.exists,
        Way.DOORS,
    ),
    (
        _("For partners: a benefit that they offer"),
        "desk:new_permission",
        "members.add_permission",
        Permission.objects.filter(is_benefit=True).exists,
        Way.PARTNERS,
    ),
    (
        _("For partners: the first of them, with a link for its phones"),
        "desk:new_partner",
        "partners.add_partner",
        Partner.objects.exists,
        Way.PARTNERS,
    ),
    (
        _("For people who join by themselves: mail, a public plan, and the join page switched on"),
        "desk:signup",
        "organization.change_organization",
        lambda: signup().is_open and can_send() and Plan.objects.filter(is_public=True).exists(),
        Way.BESIDES,
    ),
    (_("The first member"), "desk:new_customer", "members.add_customer", Customer.objects.exists, Way.BOTH),
]


def first_steps(user: User) -> list[Step]:
    """Those that `user` may take; empty: none, or enough of them are taken."""
    steps = [
        Step(title, reverse(route), is_done(), way)
        for title, route, permission, is_done, way in _STEPS
        if user.has_perm(permission)
    ]
    return [] if _is_begun(steps) else steps


def _is_begun(steps: list[Step]) -> bool:
    """All that both ways need, and one of the ways, of those that may be gone."""
    ways = {each.way for each in steps} & {Way.DOORS, Way.PARTNERS}
    done = {way: all(each.is_done for each in steps if each.way is way) for way in Way}
    return done[Way.BOTH] and (not ways or any(done[way] for way in ways))
