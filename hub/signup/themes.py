"""How a website dresses the pages in its frame: a few names, each with few values, checked. Pure.

They stand in the frame's address, so they hold without JavaScript too, and go on from page to page. What could not
be read is no value either (legible.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.organization.ink import ink_on
from hub.signup.legible import BEHIND, INK, SCHEMES, followers, schemes_for, unread

_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{6})")
_FONTS: Final = {
    "system": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    "serif": 'Georgia, "Times New Roman", "Noto Serif", serif',
    "rounded": 'ui-rounded, "SF Pro Rounded", Nunito, "Segoe UI", sans-serif',
    "mono": "ui-monospace, Consolas, Menlo, monospace",
}
_VARIABLES: Final = {
    "colour": "--club",
    "ink": "--ink",
    "soft": "--soft",
    "paper": "--paper",
    "ground": "--ground",
    "line": "--line",
    "link": "--link",
}
"""Of colours, by their names in an address."""
_ROUND_PX_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class Theme:
    """`said`: what was right of what was asked for, as it goes on in addresses. `left_out`: names of the rest."""

    said: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def scheme(self) -> str:
        """Empty: the visitor's own."""
        return dict(self.said).get("scheme", "")

    @property
    def css(self) -> str:
        """Of variables, each checked."""
        lines = [line for name, value in self.said for line in _lines_of(name, value)]
        follow = [f"--{name}: var(--ink);" for name in followers(dict(self.said))]
        return f":root:root {{ {' '.join(lines + follow)} }}\n" if lines else ""


def theme_of(asked: Mapping[str, str]) -> Theme:
    """What is no name, or no value that it may have, is left out."""
    said = _legible({name: value for name in _READ if (value := _checked(name, asked.get(name, "")))})
    return Theme(tuple(said.items()), tuple(name for name in _READ if asked.get(name) and name not in said))


def _legible(said: dict[str, str]) -> dict[str, str]:
    """Where it can be read in one scheme alone, that is its scheme."""
    schemes = schemes_for(said)
    gone = unread(said, schemes)
    if INK in gone:
        gone |= {INK, *BEHIND}
    said = {name: value for name, value in said.items() if name not in gone}
    return said | {"scheme": schemes[0]} if INK not in gone and len(schemes) < len(SCHEMES) else said


def _checked(name: str, text: str) -> str:
    if name in _VARIABLES:
        found = _COLOUR.fullmatch(text)
        return found[1].lower() if found else ""
    if name == "round":
        is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_ROUND_PX_MAX))
        return str(int(text)) if is_number and int(text) <= _ROUND_PX_MAX else ""
    return text if text in _CHOICES[name] else ""


def _lines_of(name: str, value: str) -> list[str]:
    if name == "colour":
        return [f"--club: #{value};", f"--club-ink: {ink_on(f'#{value}')};", f"--focus: #{value};"]
    if name == "ground":
        return [f"--ground: #{value};", f"--sunken: #{value};"]
    if name in _VARIABLES:
        return [f"{_VARIABLES[name]}: #{value};"]
    if name == "round":
        return [f"--round: {value}px;", f"--round-small: {int(value) * 3 // 4}px;"]
    return [f"--font: {_FONTS[value]};"] if name == "font" else []


_CHOICES: Final = {"font": tuple(_FONTS), "scheme": SCHEMES, "language": ("en", "de")}
_READ: Final = (*_VARIABLES, "round", *_CHOICES)
