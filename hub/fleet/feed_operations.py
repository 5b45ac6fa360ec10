"""Every write to feeds beside everybody's, as staff ask for it: who and what is in one is of this hub.

The rows follow in hub/feed/named_operations.py, in transactions of their own.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from contract.feed import company_key, customer_key
from contract.topics import is_name
from hub.audit.operations import Values
from hub.errors import HubError
from hub.feed import named_operations
from hub.feed.models import Feed
from hub.feed.named_operations import Holding, Parts
from hub.feed.queries import UnknownFeed
from hub.fleet.feed_scope import check_readers_without
from hub.members.models import Company, Customer
from hub.members.queries import known_permissions
from hub.members.rotating_operations import carry_secrets


class UnknownPart(HubError):
    """This hub has no such permission, or an area is none."""


class Chosen(NamedTuple):
    """Some of what the hub has; `areas` as readers name them."""

    customers: Collection[Customer] = ()
    companies: Collection[Company] = ()
    permissions: Collection[str] = ()
    areas: Collection[str] = ()

    def parts(self) -> Parts:
        people = map(customer_key, (each.pk for each in self.customers))
        companies = map(company_key, (each.pk for each in self.companies))
        return Parts(frozenset([*people, *companies]), frozenset(self.permissions), frozenset(self.areas))

    def told(self) -> Values:
        """For the audit log. Customers by their numbers: it would not forget their names here when they go."""
        return {
            "customers": sorted(each.pk for each in self.customers),
            "companies": [f"{each} (#{each.pk})" for each in self.companies],
            "permissions": sorted(self.permissions),
            "areas": sorted(self.areas),
        }

    def known_parts(self) -> Parts:
        """UnknownPart."""
        unknown = set(self.permissions) - known_permissions(self.permissions)
        if unknown:
            raise UnknownPart(
                _("there is no permission %(unknown)s: add it on the page of permissions first")
                % {"unknown": repr(min(unknown))}
            )
        no_areas = [each for each in self.areas if not is_name(each)]
        if no_areas:
            raise UnknownPart(
                _("%(area)s should be an area as a reader names it, as in sauna") % {"area": repr(no_areas[0])}
            )
        return self.parts()


_NOTHING: Final = Chosen()


def create_feed(name: str, epoch: int, holding: Holding, chosen: Chosen = _NOTHING) -> Feed:
    """Made and filled, with what is chosen; `epoch` in Unix milliseconds. UnknownPart, FeedWriteError."""
    named_operations.create_named(name, epoch, holding._replace(parts=chosen.known_parts()), chosen.told())
    return feed_named(name)


def assign(name: str, chosen: Chosen) -> None:
    """UnknownFeed, UnknownPart, FeedWriteError."""
    named_operations.assign(feed_named(name).name, chosen.known_parts(), chosen.told())


def unassign(name: str, chosen: Chosen) -> None:
    """UnknownFeed, FeedWriteError. NeededByReaders: a reader asks for what would leave."""
    feed, parts = feed_named(name), chosen.parts()
    check_readers_without(feed, parts.permissions, parts.areas)
    named_operations.unassign(name, parts, chosen.told())


def complete(name: str) -> None:
    """Brings a feed to all that it should have, where that was interrupted. UnknownFeed."""
    feed = feed_named(name)
    named_operations.fill(name)
    if feed.rotating:
        carry_secrets(name)


def feed_named(name: str) -> Feed:
    """UnknownFeed, with those that there are."""
    found = Feed.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(Feed.objects.order_by("pk").values_list("name", flat=True))
        raise UnknownFeed(
            _("there is no feed %(name)s; there are: %(known)s") % {"name": repr(name), "known": known}
        )
    return found
