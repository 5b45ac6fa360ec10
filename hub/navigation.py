"""The staff's sidebar: what is looked at daily on top. Each sees what they may view."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_Item = tuple[Promise, str, str, str]
"""Title, icon (a Material symbol's name), address, permission."""

_GROUPS: list[tuple[Promise, list[_Item]]] = [
    (
        _("Every day"),
        [
            (_("Fleet now"), "monitor_heart", "desk:fleet", "fleet.view_edge"),
            (_("Lockdown"), "lock", "desk:modes", "fleet.view_edge"),
            (_("Check-ins"), "sensor_door", "admin:checkins_checkin_changelist", "checkins.view_checkin"),
            (_("Customers"), "person", "admin:members_customer_changelist", "members.view_customer"),
            (_("Companies"), "apartment", "admin:members_company_changelist", "members.view_company"),
            (_("Memberships"), "badge", "admin:members_membership_changelist", "members.view_membership"),
            (_("Cards"), "id_card", "admin:members_card_changelist", "members.view_card"),
            (_("Print cards"), "qr_code_2", "desk:print_cards", "members.see_card_code"),
        ],
    ),
    (
        _("What members get"),
        [
            (_("Plans"), "loyalty", "admin:members_plan_changelist", "members.view_plan"),
            (_("Permissions"), "key", "admin:members_permission_changelist", "members.view_permission"),
            (_("Partners"), "storefront", "admin:partners_partner_changelist", "partners.view_partner"),
        ],
    ),
    (
        _("Fleet"),
        [
            (_("Sites"), "location_on", "admin:fleet_site_changelist", "fleet.view_site"),
            (_("Schedules"), "schedule", "admin:fleet_schedule_changelist", "fleet.view_schedule"),
            (_("Edges"), "developer_board", "admin:fleet_edge_changelist", "fleet.view_edge"),
            (_("Readers"), "barcode_scanner", "admin:fleet_reader_changelist", "fleet.view_reader"),
            (_("Feeds"), "rss_feed", "admin:feed_feed_changelist", "feed.view_feed"),
            (
                _("Lost check-ins"),
                "heart_broken",
                "admin:checkins_lostrange_changelist",
                "checkins.view_lostrange",
            ),
            (_("Refused rows"), "report", "admin:checkins_refusedrow_changelist", "checkins.view_refusedrow"),
        ],
    ),
]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of which `request.user` may see something."""
    groups = [(title, [item for item in items if request.user.has_perm(item[3])]) for title, items in _GROUPS]
    return [{"title": title, "items": [_link(item) for item in items]} for title, items in groups if items]


def _link(item: _Item) -> dict[str, Any]:
    title, icon, address, _ = item
    return {"title": title, "icon": icon, "link": reverse(address)}
