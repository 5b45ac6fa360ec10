"""Limits as people read them, in their language; as staff write them they are hub/members/limits_text.py's."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contract.limits import Across, CountsBy, Limit, Window

PERIODS: Final[dict[Window, Promise]] = {
    Window.DAY: gettext_lazy("%(count)s per calendar day"),
    Window.WEEK: gettext_lazy("%(count)s per calendar week"),
    Window.MONTH: gettext_lazy("%(count)s per calendar month"),
    Window.YEAR: gettext_lazy("%(count)s per calendar year"),
    Window.BILLING_PERIOD: gettext_lazy("%(count)s per billing period"),
    Window.LIFETIME: gettext_lazy("%(count)s in all"),
}
"""All but the rolling one, which has its seconds."""
WHOM: Final[dict[CountsBy, str | Promise]] = {
    CountsBy.MEMBERSHIP: "",
    CountsBy.CUSTOMER: gettext_lazy("for the customer"),
    CountsBy.COMPANY: gettext_lazy("for the company"),
}
WHERE: Final[dict[Across, str | Promise]] = {
    Across.ALL: "",
    Across.PARTNER: gettext_lazy("at each partner"),
    Across.SITE: gettext_lazy("at each site"),
}
_ROLLING: Final[dict[int, Callable[[int], str]]] = {
    604_800: lambda many: ngettext("%(count)s per week", "%(count)s per %(many)s weeks", many),
    86_400: lambda many: ngettext("%(count)s per day", "%(count)s per %(many)s days", many),
    3_600: lambda many: ngettext("%(count)s per hour", "%(count)s per %(many)s hours", many),
    60: lambda many: ngettext("%(count)s per minute", "%(count)s per %(many)s minutes", many),
    1: lambda many: ngettext("%(count)s per second", "%(count)s per %(many)s seconds", many),
}
_GAPS: Final[dict[int, Callable[[int], str]]] = {
    604_800: lambda many: ngettext("%(many)s week apart", "%(many)s weeks apart", many),
    86_400: lambda many: ngettext("%(many)s day apart", "%(many)s days apart", many),
    3_600: lambda many: ngettext("%(many)s hour apart", "%(many)s hours apart", many),
    60: lambda many: ngettext("%(many)s minute apart", "%(many)s minutes apart", many),
    1: lambda many: ngettext("%(many)s second apart", "%(many)s seconds apart", many),
}


def said(limits: Iterable[Limit]) -> str:
    """As in `2 per week 30 minutes apart, 10 per calendar month for the company`; empty: none."""
    return ", ".join(" ".join(filter(None, _parts(limit))) for limit in limits)


def _parts(limit: Limit) -> Iterator[str]:
    if limit.window_seconds is None:
        yield str(PERIODS[limit.window]) % {"count": limit.count}
    else:
        yield _in_units(_ROLLING, limit.window_seconds, limit.count)
    yield str(WHOM[limit.counts_by])
    yield str(WHERE[limit.across])
    if limit.gap_seconds:
        yield _in_units(_GAPS, limit.gap_seconds, limit.count)


def _in_units(units: dict[int, Callable[[int], str]], seconds: int, count: int) -> str:
    """In the largest unit that it is whole in."""
    size = next(each for each in units if seconds % each == 0)
    many = seconds // size
    return units[size](many) % {"count": count, "many": many}


def times(count: int) -> str:
    return _("once") if count == 1 else _("%(count)s times") % {"count": count}
