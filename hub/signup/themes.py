"""How a website dresses the pages in its frame: a few names, each with few values, checked. Pure.

They stand in the frame's address, so they hold without JavaScript too, and go on from page to page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.organization.ink import ink_on

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
SCHEMES: Final = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Theme:
    """`said`: what was right of what was asked for, as it goes on in addresses."""

    said: tuple[tuple[str, str], ...] = ()

    @property
    def scheme(self) -> str:
        """Empty: the visitor's own."""
        return dict(self.said).get("scheme", "")

    @property
    def css(self) -> str:
        """Of variables, each checked."""
        lines = [line for name, value in self.said for line in _lines_of(name, value)]
        return f":root:root {{ {' '.join(lines)} }}\n" if lines else ""


def theme_of(asked: Mapping[str, str]) -> Theme:
    """What is no name, or no value that it may have, is left out."""
    return Theme(tuple((name, value) for name in _READ if (value := _checked(name, asked.get(name, "")))))


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
    if name in _VARIABLES:
        return [f"{_VARIABLES[name]}: #{value};"]
    if name == "round":
        return [f"--round: {value}px;", f"--round-small: {int(value) * 3 // 4}px;"]
    return [f"--font: {_FONTS[value]};"] if name == "font" else []


_CHOICES: Final = {"font": tuple(_FONTS), "scheme": SCHEMES, "language": ("en", "de")}
_READ: Final = (*_VARIABLES, "round", *_CHOICES)
