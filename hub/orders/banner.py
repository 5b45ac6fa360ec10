"""What stands above all of staff's pages while anything is in lockdown: in words, and short. Reads only."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from hub.orders import queries
from hub.orders.hearing import Hearing, not_heard, reached
from hub.orders.models import ModeOrder
from hub.orders.telling import place_text

NAMED_MAX: Final = 5
_LOOKED_AT_MAX: Final = 200
"""Lockdowns, on each page: the widest, and those that somebody has not heard, are among them."""
_Named = TypeVar("_Named")


class Banner(NamedTuple):
    """`orders` are the lockdowns that are set, the widest first; `more` stand beside them. `words` as `banner`
    has them."""

    orders: list[ModeOrder]
    more: int
    words: dict[str, str]

    @property
    def is_shown(self) -> bool:
        return any(self.words.values())


def banner_at(at: datetime) -> Banner:
    late = not_heard(at)
    orders, more = queries.lockdowns([each.edge.pk for each in late], _LOOKED_AT_MAX)
    words = banner(orders, more, late, reached() if orders else [])
    return Banner(orders[:NAMED_MAX], more + len(orders[NAMED_MAX:]), words)


def banner(
    orders: list[ModeOrder], more: int, late: list[Hearing], edges: list[tuple[int, int]]
) -> dict[str, str]:
    """`standing`: lockdowns that every edge there has heard. `deaf`: who has not heard the others.

    `more` stand beside `orders`. `late` have not heard the newest; `edges` are all that something may reach, each
    with its site.
    """
    missing = {order.pk: [each for each in late if each.covers(order) and not each.has(order)] for order in orders}
    there = {key for edge, site in edges for key in ((edge, None), (None, site), (None, None))}
    standing, unheard = [], []
    for order in orders:
        stands = not missing[order.pk] and (order.edge_id, order.site_id) in there
        (standing if stands else unheard).append(order)
    deaf = {each.edge.name: each for order in unheard for each in missing[order.pk]}
    lingering = [each for each in late if each.lingering]
    return {
        "standing": _named(standing, place_text, 0 if unheard else more),
        "unheard": _named(unheard, place_text, more if unheard else 0),
        "deaf": _named([*deaf.values()], lambda each: f"{each.edge} ({each.why_not})"),
        "lingering": _named(lingering, lambda each: each.edge.name),
    }


def _named(found: list[_Named], name: Callable[[_Named], str], more: int = 0) -> str:
    """The first of them, and how many more there are."""
    more += max(0, len(found) - NAMED_MAX)
    return ", ".join([*map(name, found[:NAMED_MAX]), *([_("%(more)s more") % {"more": more}] if more else [])])
