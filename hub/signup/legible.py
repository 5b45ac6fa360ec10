"""Which colours of a website's theme can be read: each text against what stands behind it. Pure.

WCAG 2, 1.4.3: a text and what is behind it differ by 4.5 to 1 at least.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from hub.organization.ink import contrast

LEAST: Final = 4.5
INK: Final = "ink"
BEHIND: Final = ("paper", "ground")
SHEETS: Final[dict[str, dict[str, str]]] = {
    "light": {
        **{"ink": "17201d", "soft": "55615d", "link": "0b5f58", "red": "b42318", "green": "15803d"},
        **{"paper": "ffffff", "ground": "f6f7f6"},
    },
    "dark": {
        **{"ink": "e8eeeb", "soft": "a5b1ac", "link": "5fe0cf", "red": "ff8a7a", "green": "4ade80"},
        **{"paper": "18201e", "ground": "101614"},
    },
}
"""What holds where nothing else is said: as in signup.css."""
SCHEMES: Final = tuple(SHEETS)
_TEXTS: Final = (INK, "soft", "link", "red", "green")


def schemes_for(said: Mapping[str, str]) -> tuple[str, ...]:
    """Of the one that is said, or of both, those in which most can be read."""
    asked = [said["scheme"]] if "scheme" in said else list(SCHEMES)
    lost = {each: (INK in _unread_in(said, each), len(_unread_in(said, each))) for each in asked}
    return tuple(each for each in asked if lost[each] == min(lost.values()))


def unread(said: Mapping[str, str], schemes: Iterable[str]) -> set[str]:
    """The texts that cannot be read in one of them."""
    return {name for each in schemes for name in _unread_in(said, each)}


def followers(said: Mapping[str, str]) -> list[str]:
    """The texts that take the ink's colour, as their own could not be read."""
    return sorted(unread(said, schemes_for(said)) - {INK})


def _unread_in(said: Mapping[str, str], scheme: str) -> set[str]:
    seen = SHEETS[scheme] | {name: said[name] for name in (*_TEXTS, *BEHIND) if name in said}
    return {text for text in _TEXTS if any(_differ(seen[text], seen[behind]) < LEAST for behind in BEHIND)}


def _differ(one: str, other: str) -> float:
    return contrast(f"#{one}", f"#{other}")
