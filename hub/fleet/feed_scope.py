"""What readers ask for and their edge's feed does not hold: cards would be denied there, or let in twice.

Reads only; hub/feed knows permissions and areas by their slugs alone.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hub.errors import HubError
from hub.feed.models import Assignment, Feed
from hub.fleet.feed_shown import slugs
from hub.fleet.models import Reader

ASKED: Final = ("permission", "lockdown_permission", "undo_permission")
"""A reader's fields that name a permission."""


class NeededByReaders(HubError):
    """Readers ask for what a feed is to lose."""


class Outside(NamedTuple):
    """`field` of a reader names `slug`, which its edge's feed does not hold; `what`: a permission or an area."""

    reader: Reader
    field: str
    what: str
    slug: str

    def text(self, feed: str) -> str:
        said = _(
            "the permission “%(slug)s” is not in the feed “%(feed)s” that the edge follows: assign it to that"
            " feed, or let the edge follow another one"
        )
        if self.what == "area":
            said = _(
                "the area “%(slug)s” is not in the feed “%(feed)s” that the edge follows: assign it to that feed,"
                " or let the edge follow another one"
            )
        return said % {"slug": self.slug, "feed": feed}


def outside(feed: Feed, readers: Iterable[Reader]) -> list[Outside]:
    """What is missing at an edge that follows `feed`; nothing where that has all permissions."""
    if feed.all_permissions:
        return []
    held = {"permission": slugs(feed, Assignment.What.PERMISSION), "area": slugs(feed, Assignment.What.AREA)}
    return [each for reader in readers for each in _asked(reader) if each.slug not in held[each.what]]


def check_inside(feed: Feed, readers: Iterable[Reader], field: str | None = None) -> None:
    """ValidationError at the reader's field, or at `field`: one names what the feed does not hold."""
    for each in outside(feed, readers):
        said = each.text(feed.name)
        raise ValidationError({field or each.field: f"{each.reader.name}: {said}" if field else f"{said}."})


def check_readers_without(feed: Feed, permissions: frozenset[str], areas: frozenset[str]) -> None:
    """NeededByReaders: a reader at an edge of the feed names one of these."""
    leaving = {"permission": permissions, "area": areas}
    for reader in Reader.objects.filter(edge__feed=feed).select_related("edge", *ASKED):
        for each in _asked(reader):
            if each.slug in leaving[each.what]:
                said = _(
                    "the reader %(reader)s needs the permission “%(slug)s”: change that reader first, or let its"
                    " edge follow another feed"
                )
                if each.what == "area":
                    said = _(
                        "the reader %(reader)s needs the area “%(slug)s”: change that reader first, or let its"
                        " edge follow another feed"
                    )
                raise NeededByReaders(said % {"reader": reader, "slug": each.slug})


def _asked(reader: Reader) -> Iterator[Outside]:
    for field in ASKED:
        if getattr(reader, f"{field}_id") is not None:
            yield Outside(reader, field, "permission", getattr(reader, field).slug)
    if reader.area:
        yield Outside(reader, "area", "area", reader.area)
