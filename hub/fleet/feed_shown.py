"""What feeds hold, in words, for pages and the terminal. Reads only."""

from typing import NamedTuple

from django.db.models import Count

from hub.feed import queries
from hub.feed.models import Assignment, Feed
from hub.members.models import Company, Customer

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
        return "everybody"
    keys = queries.assigned(feed.name, What.HOLDER)
    companies = sum(key[:1] == b"O" for key in keys)
    customers = len(keys) - companies
    parts = [_count(customers, Customer)] * (customers > 0) + [_count(companies, Company)] * (companies > 0)
    return " and ".join(parts) or "nobody yet"


def permissions_text(feed: Feed) -> str:
    if feed.all_permissions:
        return "all permissions"
    permissions, areas = (", ".join(slugs(feed, what)) for what in (What.PERMISSION, What.AREA))
    return f"permissions: {permissions or 'none yet'}" + (f", areas: {areas}" if areas else "")


def names_text(feed: Feed) -> str:
    return "with names" if feed.with_names else "without names"


def slugs(feed: Feed, what: Assignment.What) -> list[str]:
    """Of permissions or areas."""
    return sorted(key.decode() for key in queries.assigned(feed.name, what))


def _count(count: int, model: type[Customer] | type[Company]) -> str:
    meta = model._meta
    return f"{count} {meta.verbose_name if count == 1 else meta.verbose_name_plural}"
