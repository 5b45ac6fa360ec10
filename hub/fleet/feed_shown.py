"""What feeds hold, in words, for pages and the terminal. Reads only."""

from typing import NamedTuple

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.feed import queries
from hub.feed.models import Assignment, Feed

What = Assignment.What


class FeedShown(NamedTuple):
    """`edges`: how many follow it."""

    feed: Feed
    edges: int
    holders: str
    permissions: str
    names: str


def feeds_shown() -> list[FeedShown]:
    """Everybody's first."""
    counted = Feed.objects.annotate(count=Count("edges")).order_by("pk")
    return [
        FeedShown(each, each.count, holders_text(each), permissions_text(each), names_text(each))
        for each in counted
    ]


def holders_text(feed: Feed) -> str:
    if feed.all_holders:
        return _("everybody")
    keys = queries.assigned(feed.name, What.HOLDER)
    companies = sum(key[:1] == b"O" for key in keys)
    customers = len(keys) - companies
    parts = []
    if customers:
        parts.append(ngettext("%(count)s customer", "%(count)s customers", customers) % {"count": customers})
    if companies:
        parts.append(ngettext("%(count)s company", "%(count)s companies", companies) % {"count": companies})
    if len(parts) == 2:
        return _("%(customers)s and %(companies)s") % {"customers": parts[0], "companies": parts[1]}
    return parts[0] if parts else _("nobody yet")


def permissions_text(feed: Feed) -> str:
    if feed.all_permissions:
        return _("all permissions")
    permissions, areas = (", ".join(slugs(feed, what)) for what in (What.PERMISSION, What.AREA))
    told = {"permissions": permissions or _("none yet"), "areas": areas}
    if areas:
        return _("permissions: %(permissions)s, areas: %(areas)s") % told
    return _("permissions: %(permissions)s") % told


def names_text(feed: Feed) -> str:
    return _("with names") if feed.with_names else _("without names")


def slugs(feed: Feed, what: Assignment.What) -> list[str]:
    """Of permissions or areas."""
    return sorted(key.decode() for key in queries.assigned(feed.name, what))
