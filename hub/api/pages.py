"""Pages by a cursor that says after which row to go on: what is added meanwhile moves nothing and doubles nothing.

A cursor is opaque and signed for nothing: whoever makes one up gets the rows after it that they may see anyway.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet

from hub.api.problems import Kind, Problem
from hub.api.words import ID_MAX, Paging

Row = TypeVar("Row", bound=Model)
LOOKED_AT_MAX: Final = 1_000
"""Where what is looked for is computed and not stored, so many rows a page are looked at."""


def page_of(
    rows: QuerySet[Row],
    paging: Paging,
    shown: Callable[[Row], Any],
    by: str = "pk",
    fits: Callable[[Row], bool] | None = None,
) -> dict[str, Any]:
    """A page of `rows` in the order of `by` (a leading - turns it round), unique among them. `fits`: which of them
    are meant, where the database cannot know."""
    most = paging.limit if fits is None else LOOKED_AT_MAX
    found = list(_after(rows, by, paging.cursor).order_by(by)[: most + 1])
    more, last, items = len(found) > most, None, []
    for row in found[:most]:
        if fits is None or fits(row):
            if len(items) == paging.limit:
                more = True
                break
            items.append(shown(row))
        last = row
    return page_of_list(items, more and last is not None, last and getattr(last, by.lstrip("-")))


def page_of_list(items: Iterable[Any], more: bool, last: Any) -> dict[str, Any]:
    """Of what was read already."""
    return {"items": list(items), "next": cursor_of(last) if more else None}


def cursor_of(value: int | str) -> str:
    return urlsafe_b64encode(f"{'i' if isinstance(value, int) else 's'}{value}".encode()).decode().rstrip("=")


def value_of(cursor: str) -> int | str:
    """Problem: it is no cursor of ours."""
    try:
        told = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        told = ""
    if told[:1] == "s" and told[1:].isprintable():
        return told[1:]
    if told[:1] == "i" and told[1:].isdecimal() and int(told[1:]) <= ID_MAX:
        return int(told[1:])
    raise Problem(Kind.RULE, "this cursor is none of ours: leave it out for the first page")


def _after(rows: QuerySet[Row], by: str, cursor: str | None) -> QuerySet[Row]:
    if cursor is None:
        return rows
    field, value = by.lstrip("-"), value_of(cursor)
    of_text = field == "slug"
    if isinstance(value, str) != of_text:
        raise Problem(Kind.RULE, "this cursor is of another list")
    return rows.filter(**{f"{field}__{'lt' if by.startswith('-') else 'gt'}": value})
