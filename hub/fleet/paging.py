"""Many edges on a page: those that somebody looks for, and fifty of them at a time. Pure."""

from collections.abc import Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from hub.fleet.models import Edge

PAGE_EDGES: Final = 50
_Each = TypeVar("_Each")


class Page(NamedTuple, Generic[_Each]):
    """`number` is from 1 to `pages`, of which there is always one."""

    shown: Sequence[_Each]
    number: int
    pages: int


def is_looked_for(edge: Edge, text: str) -> bool:
    """By a part of its own name or its site's."""
    wanted = text.strip().lower()
    return wanted in edge.name or wanted in edge.site.name


def number_of(text: str) -> int:
    """The page that an address names; the first where it names none."""
    return int(text) if text.isdecimal() and len(text) < 6 else 1


def page_of(found: Sequence[_Each], number: int) -> Page[_Each]:
    """That page, or the nearest that there is."""
    pages = max(1, -(-len(found) // PAGE_EDGES))
    number = min(max(1, number), pages)
    return Page(found[(number - 1) * PAGE_EDGES : number * PAGE_EDGES], number, pages)
