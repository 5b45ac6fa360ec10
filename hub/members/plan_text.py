"""Plans and what they grant, in words for staff."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contract.grant import Offline
from hub.members import limit_words, rows
from hub.members.models import Grant, Plan


def billing_text(plan: Plan) -> str:
    """As in `every 3 months`; empty: it is not billed again."""
    if plan.billed_every is None:
        return ""
    told = {
        Plan.Unit.DAYS: ngettext("every day", "every %(count)s days", plan.billed_every),
        Plan.Unit.WEEKS: ngettext("every week", "every %(count)s weeks", plan.billed_every),
        Plan.Unit.MONTHS: ngettext("every month", "every %(count)s months", plan.billed_every),
        Plan.Unit.YEARS: ngettext("every year", "every %(count)s years", plan.billed_every),
    }
    return told[Plan.Unit(plan.billed_in)] % {"count": plan.billed_every}


def grant_text(grant: Grant) -> str:
    """As in `Glass of wine (1 per calendar week; Opening hours; asks the hub first; offline at most 2)`."""
    details = [
        limit_words.said(rows.limits_of(grant)),
        str(grant.schedule or ""),
        _("asks the hub first") if grant.confirm else "",
        _offline_rule_text(grant),
    ]
    said = "; ".join(filter(None, details))
    return f"{grant.permission} ({said})" if said else str(grant.permission)


def _offline_rule_text(grant: Grant) -> str:
    """Empty where being offline changes nothing."""
    if grant.offline == Offline.DENY:
        return _("not while offline")
    if not rows.limits_of(grant):
        return ""
    if grant.offline == Offline.AT_MOST:
        return _("offline at most %(uses)s") % {"uses": grant.offline_uses}
    return _("offline too")


def offline_text(grant: Grant, edges: int) -> str:
    """What `edges` edges may give out while they and the hub don't reach each other."""
    if grant.offline == Offline.DENY:
        return _("nothing")
    if not rows.limits_of(grant):
        return _("as much as ever: it has no limit")
    if edges == 0:
        return _("nothing yet: there are no edges")
    if grant.offline == Offline.ALLOW:
        said = ngettext(
            "at %(edges)s edge as much as it knows to be left; together that may be more than the limit",
            "at each of %(edges)s edges as much as it knows to be left; together that may be more than the limit",
            edges,
        )
        return said % {"edges": edges}
    most = grant.offline_uses or 0
    if not most:
        return _("say how many times")
    said = ngettext(
        "%(most)s at %(edges)s edge: up to %(all)s more than the limit",
        "%(most)s at each of %(edges)s edges: up to %(all)s more than the limit",
        edges,
    )
    return said % {"most": most, "edges": edges, "all": most * edges}


def edges_text(edges: int) -> str:
    """What a number for each of `edges` edges comes to."""
    if edges == 0:
        return _("There are no edges yet.")
    said = ngettext(
        "There is %(edges)s edge now.",
        "There are %(edges)s edges now, so %(edges)s times as many in all.",
        edges,
    )
    return said % {"edges": edges}
