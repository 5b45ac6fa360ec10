"""What a counter does with the cards that it scans: chosen once, and remembered on the device."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse

from hub.kept import keep
from hub.members.models import Permission

AT_ONCE: Final = "at-once"
_COOKIE: Final = "counter"
_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Choice:
    """Among those `offered`. `benefit` None: all of them. `at_once`: it is used as soon as a card is scanned, else
    the card is shown first. `is_gone`: what was chosen is not offered any more."""

    offered: Sequence[Permission] = field(repr=False)
    benefit: Permission | None = None
    at_once: bool = False
    is_made: bool = True
    is_gone: bool = False


def choice_of(slug: str, when: str, offered: Sequence[Permission]) -> Choice:
    found = next((each for each in offered if each.slug == slug), None)
    at_once = when == AT_ONCE and found is not None
    return Choice(offered, found, at_once, is_gone=bool(slug) and found is None)


def remembered(request: HttpRequest, offered: Sequence[Permission]) -> Choice:
    kept = request.COOKIES.get(_COOKIE)
    if kept is None:
        return Choice(offered, is_made=False)
    slug, _slash, when = kept.partition("/")
    return choice_of(slug, when, offered)


def remember(response: HttpResponse, choice: Choice, path: str) -> None:
    slug = "" if choice.benefit is None else choice.benefit.slug
    keep(response, _COOKIE, f"{slug}/{AT_ONCE if choice.at_once else ''}", _YEAR, path)
