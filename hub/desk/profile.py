"""What profiles of customers and companies have in common: what may be done, history, where it has arrived."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest

from contract.calendar import Calendar
from hub.desk.audit import history
from hub.desk.audit_words import EntryShown
from hub.desk.billing_says import paying_of
from hub.desk.membership_actions import offered
from hub.desk.standing import Shown
from hub.fleet import rows
from hub.fleet.models import Site

HISTORY_SHOWN: Final = 8


def with_actions(request: HttpRequest, found: list[Shown], at: datetime) -> list[dict[str, Any]]:
    """Each membership with what may be done about it here: what is inherited is changed at its company."""
    may = request.user.has_perm("members.change_membership")
    may_assign = request.user.has_perm("members.add_membership")
    own = [each.membership for each in found if each.via is None]
    paying = paying_of(own, at) if request.user.has_perm("billing.take_money") else {}
    return [
        {
            "shown": each,
            "actions": offered(each.membership, each.status, at) if may and each.via is None else [],
            "may_assign": may_assign and each.is_over and each.via is None,
            "paying": paying.get(each.membership.pk),
        }
        for each in found
    ]


def grouped(request: HttpRequest, found: list[Shown], at: datetime) -> dict[str, Any]:
    """Those that are over stay visible, below."""
    return {
        "standing": with_actions(request, [each for each in found if not each.is_over], at),
        "over": with_actions(request, [each for each in found if each.is_over], at),
    }


def history_of(request: HttpRequest, **whose: int) -> list[EntryShown]:
    """The newest entries of the audit log in words, for who may see it. `whose`: customer_id or company_id."""
    if not request.user.has_perm("audit.view_entry"):
        return []
    return history(**whose)[:HISTORY_SHOWN]


def first_site() -> str | None:
    """Where hours are asked about when nobody stands anywhere."""
    return Site.objects.order_by("pk").values_list("name", flat=True).first()


def site_calendar() -> Calendar:
    """By which days and weeks are counted when nobody stands anywhere: the first site's."""
    site = Site.objects.order_by("pk").first()
    return Calendar() if site is None else rows.calendar_of(site)
