"""The desk's menu: each sees what they may open. An item's route is the name of any page of the hub."""

from typing import Any, Final, NamedTuple

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.access.roles import is_partners


class Item(NamedTuple):
    """`permission` empty: whoever is signed in and works here."""

    title: str | Promise
    icon: str
    route: str
    permission: str = ""


class Shown(NamedTuple):
    title: str | Promise
    icon: str
    address: str
    is_here: bool


_GROUPS: Final[list[tuple[str | Promise, list[Item]]]] = [
    (
        _("Every day"),
        [
            Item(_("Desk"), "home", "desk:home"),
            Item(_("Partner"), "partner", "scan:partner", "partners.redeem_here"),
            Item(_("Check in"), "card", "desk:checkin", "checkins.add_desk_checkin"),
            Item(_("Check-ins"), "clock", "desk:all_checkins", "checkins.view_checkin"),
            Item(_("Customers"), "person", "desk:customers", "members.view_customer"),
            Item(_("Companies"), "company", "desk:companies", "members.view_company"),
            Item(_("Payments"), "receipt", "desk:payments", "billing.take_money"),
            Item(_("Print cards"), "card", "desk:print_cards", "members.see_card_code"),
            Item(_("Reports"), "chart", "desk:reports", "reports.view_figures"),
            Item(_("Import"), "swap", "desk:imports", "members.import_csv"),
            Item(_("Export"), "log", "desk:export", "members.export_csv"),
        ],
    ),
    (
        _("What members get"),
        [
            Item(_("Plans"), "plan", "desk:plans", "members.view_plan"),
            Item(_("Permissions"), "key", "desk:permissions", "members.view_permission"),
            Item(_("Partners"), "partner", "desk:partners", "partners.view_partner"),
        ],
    ),
    (
        _("Fleet"),
        [
            Item(_("Fleet now"), "fleet", "desk:fleet", "fleet.view_edge"),
            Item(_("Lockdown"), "lock", "desk:modes", "fleet.view_edge"),
            Item(_("Sites"), "company", "desk:sites", "fleet.view_site"),
            Item(_("Schedules"), "clock", "admin:fleet_schedule_changelist", "fleet.view_schedule"),
            Item(_("Feeds"), "swap", "desk:feeds", "feed.view_feed"),
        ],
    ),
    (
        _("The hub"),
        [
            Item(_("Organization"), "home", "desk:organization", "organization.change_organization"),
            Item(_("Join page"), "swap", "desk:signup", "organization.change_organization"),
            Item(_("Users"), "people", "desk:users", "access.manage_users"),
            Item(_("API tokens"), "key", "desk:tokens", "access.manage_tokens"),
            Item(_("Webhooks"), "hook", "desk:webhooks", "access.manage_webhooks"),
            Item(_("Websites"), "globe", "desk:websites", "websites.manage_websites"),
            Item(_("Audit log"), "log", "desk:audit", "audit.view_entry"),
        ],
    ),
]


def menu_of(user: User | AnonymousUser, path: str) -> list[dict[str, Any]]:
    """The groups in which `user` may open something; `path` is the page that is open."""
    shown = ((title, [_shown(each, path) for each in items if _may(user, each)]) for title, items in _GROUPS)
    return [{"title": title, "items": items} for title, items in shown if items]


def _may(user: User | AnonymousUser, item: Item) -> bool:
    return user.has_perm(item.permission) if item.permission else not is_partners(user)


def _shown(item: Item, path: str) -> Shown:
    address = reverse(item.route)
    is_here = path == address or (item.route != "desk:home" and path.startswith(address))
    return Shown(item.title, item.icon, address, is_here)
