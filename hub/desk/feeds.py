"""Feeds for staff: what each holds, who is assigned to it, and how far the edges that follow it have come."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from hub.desk.answers import page
from hub.desk.gate import desk
from hub.feed.models import Feed
from hub.fleet.feed_forms import stood
from hub.fleet.feed_shown import feeds_shown, holders_text, names_text, permissions_text
from hub.fleet.models import Edge
from hub.fleet.standing import Light, presence_of

_NAMED_MAX = 200


@desk("feed.view_feed")
def feeds_page(request: HttpRequest) -> HttpResponse:
    return page(request, "desk/fleet/feeds.html", feeds=feeds_shown())


@desk("feed.view_feed")
def feed_page(request: HttpRequest, number: int) -> HttpResponse:
    """Members' names only for who may see them."""
    feed = get_object_or_404(Feed, pk=number)
    assigned = stood(feed)
    context = {
        "feed": feed,
        "holders": holders_text(feed),
        "permissions": permissions_text(feed),
        "names": names_text(feed),
        "customers": assigned.customers[:_NAMED_MAX] if request.user.has_perm("members.view_customer") else [],
        "companies": assigned.companies[:_NAMED_MAX] if request.user.has_perm("members.view_company") else [],
        "others": max(0, len(assigned.customers) - _NAMED_MAX),
        "edges": [(each, *_behind(each, feed)) for each in _following(feed)],
    }
    return page(request, "desk/fleet/feed.html", **context)


def _following(feed: Feed) -> QuerySet[Edge]:
    return Edge.objects.filter(feed=feed).select_related("site", "presence").order_by("name")


def _behind(edge: Edge, feed: Feed) -> tuple[str, int | None]:
    """A light, and how many changes its copy lacked when it said so last; None: it has none, or said nothing."""
    said = presence_of(edge)
    lacks = None if said is None else said.lacks(feed)
    light = Light.GREY if edge.revoked_at is not None else Light.AMBER if lacks != 0 else Light.GREEN
    return light.value, lacks
