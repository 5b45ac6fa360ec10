"""The staff's sidebar: what is looked at daily on top. Each sees what they may view."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

_Item = tuple[str, str, str, str]
"""Title, icon (a Material symbol's name), address, permission."""

_GROUPS: list[tuple[str, list[_Item]]] = [
    (
        "Every day",
        [
            ("Fleet now", "monitor_heart", "desk:fleet", "fleet.view_edge"),
            ("Lockdown", "lock", "desk:modes", "fleet.view_edge"),
            ("Check-ins", "sensor_door", "admin:checkins_checkin_changelist", "checkins.view_checkin"),
            ("Customers", "person", "admin:members_customer_changelist", "members.view_customer"),
            ("Companies", "apartment", "admin:members_company_changelist", "members.view_company"),
            ("Memberships", "badge", "admin:members_membership_changelist", "members.view_membership"),
            ("Cards", "id_card", "admin:members_card_changelist", "members.view_card"),
            ("Cards as QR", "qr_code_2", "admin:members_card_sheet", "members.view_card"),
        ],
    ),
    (
        "What members get",
        [
            ("Plans", "loyalty", "admin:members_plan_changelist", "members.view_plan"),
            ("Permissions", "key", "admin:members_permission_changelist", "members.view_permission"),
            ("Partners", "storefront", "admin:partners_partner_changelist", "partners.view_partner"),
        ],
    ),
    (
        "Fleet",
        [
            ("Sites", "location_on", "admin:fleet_site_changelist", "fleet.view_site"),
            ("Schedules", "schedule", "admin:fleet_schedule_changelist", "fleet.view_schedule"),
            ("Edges", "developer_board", "admin:fleet_edge_changelist", "fleet.view_edge"),
            ("Readers", "barcode_scanner", "admin:fleet_reader_changelist", "fleet.view_reader"),
            ("Feeds", "rss_feed", "admin:feed_feed_changelist", "feed.view_feed"),
            ("Lost check-ins", "heart_broken", "admin:checkins_lostrange_changelist", "checkins.view_lostrange"),
            ("Refused rows", "report", "admin:checkins_refusedrow_changelist", "checkins.view_refusedrow"),
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
