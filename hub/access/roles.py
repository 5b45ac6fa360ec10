"""The roles, and what each may: ONE table, on top of Django's groups and permissions.

A view asks for a permission, never for a role. Groups of these names hold exactly what stands here, after every
`migrate`: what somebody else put into them is taken out again.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """Each by the name of its group."""

    OWNER = "owner"
    ADMIN = "admin"
    STAFF = "staff"
    FRONT_DESK = "front desk"
    REPORTS = "reports"
    PARTNER = "partner"


def _to(verbs: str, app: str, models: str) -> frozenset[str]:
    return frozenset(f"{app}.{verb}_{model}" for verb in verbs.split() for model in models.split())


_ALL: Final = "view add change delete"

_LOOK_UP: Final = (
    _to("view", "members", "customer company link membership freeze card plan grant grantlimit permission")
    | _to("view", "members", "customerphoto customernote companynote")
    | _to("view", "partners", "partner")
    | {"checkins.view_checkin"}
)
_MEMBERS: Final = (
    _LOOK_UP
    | _to(
        _ALL, "members", "customer company link membership freeze card plan grant grantlimit permission approval"
    )
    | _to(_ALL, "members", "customerphoto customernote companynote")
    | _to(_ALL, "partners", "partner")
    | {"members.import_csv", "members.export_csv", "checkins.void_checkin", "checkins.add_desk_checkin"}
    | {"members.see_card_code", "cards.send_link"}
)
_SEE_FLEET: Final = (
    _to("view", "fleet", "site holiday schedule scheduleexception edge reader edgepresence")
    | _to("view", "feed", "feed assignment")
    | _to("view", "orders", "configuration modeorder commandorder reportedstate")
    | _to("view", "checkins", "lostrange refusedrow")
)
_FLEET: Final = (
    _SEE_FLEET
    | _to(_ALL, "fleet", "site holiday schedule scheduleexception edge reader")
    | _to(_ALL, "feed", "feed assignment")
    | {"orders.add_configuration", "orders.set_mode", "orders.open_doors", "orders.give_command"}
)
_FIGURES: Final = frozenset({"reports.view_figures"})
_LOG: Final = frozenset({"audit.view_entry"})
_MONEY: Final = frozenset({"billing.take_money"})
_OWNERS_ALONE: Final = frozenset(
    {"access.manage_users", "access.manage_tokens", "access.manage_webhooks", "organization.change_organization"}
    | {"websites.manage_websites", "billing.refund_money"}
)

PERMISSIONS: Final[dict[Role, frozenset[str]]] = {
    Role.OWNER: _MEMBERS | _MONEY | _FLEET | _FIGURES | _LOG | _OWNERS_ALONE,
    Role.ADMIN: _FLEET | _LOOK_UP | _LOG | _FIGURES,
    Role.STAFF: _MEMBERS | _MONEY | _SEE_FLEET | _LOG | _FIGURES | {"orders.set_mode"},
    Role.FRONT_DESK: _LOOK_UP | {"checkins.add_desk_checkin", "members.add_customernote", "cards.send_link"},
    Role.REPORTS: _FIGURES,
    Role.PARTNER: frozenset({"partners.redeem_here", "partners.view_own_figures"}),
}
TITLES: Final[dict[Role, Promise]] = {
    Role.OWNER: _("owner"),
    Role.ADMIN: _("admin"),
    Role.STAFF: _("staff"),
    Role.FRONT_DESK: _("front desk"),
    Role.REPORTS: _("reports"),
    Role.PARTNER: _("partner"),
}
TOLD: Final[dict[Role, Promise]] = {
    Role.OWNER: _("Everything, and who else may do what."),
    Role.ADMIN: _("Edges, readers, sites, schedules, feeds and orders; looks members up."),
    Role.STAFF: _("Customers, companies, memberships, cards, plans and partners; sets and ends a lockdown."),
    Role.FRONT_DESK: _("Looks members up and checks them in; changes nothing of what they may."),
    Role.REPORTS: _("Figures alone, without anybody's name."),
    Role.PARTNER: _("Scans cards and sees figures, for one partner alone; none of staff's pages."),
}
_IN_THE_BACK_OFFICE: Final = {Role.OWNER, Role.ADMIN, Role.STAFF}


def is_in_the_back_office(role: Role | None) -> bool:
    """Whether /admin/ opens for them; what they may do there is the table's."""
    return role in _IN_THE_BACK_OFFICE


def is_partners(user: Any) -> bool:
    """Whether they work for a partner and not here: staff's pages are not theirs."""
    may = user.get_all_permissions()
    return bool(may) and may <= PERMISSIONS[Role.PARTNER]


def role_of(user: Any) -> Role | None:
    """The role of a user, who has one at most. None: no role, so nothing may be done. One query, or none where the
    groups were read along."""
    names = {group.name for group in user.groups.all()}
    return next((role for role in Role if role in names), None)


@transaction.atomic
def keep_roles() -> None:
    """Every role has its group, which holds what the table says."""
    known = {_name(each): each for each in Permission.objects.select_related("content_type")}
    for role in Role:
        group, _made = Group.objects.get_or_create(name=role.value)
        group.permissions.set(_known(role, known))


def _known(role: Role, known: dict[str, Permission]) -> Iterator[Permission]:
    # In the middle of the migrations some are not there yet; a test holds that all are at their end.
    return (known[name] for name in PERMISSIONS[role] if name in known)


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
