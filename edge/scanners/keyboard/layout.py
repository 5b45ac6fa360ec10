"""One keyboard layout: what its keys type, and which of them wait for the next. Pure; knows no key's state."""
# ruff: noqa: RUF001

import unicodedata
from dataclasses import dataclass, field
from typing import Final

from edge.scanners.keyboard import keys

_COMBINING: Final = {
    **{"`": "\u0300", "´": "\u0301", "'": "\u0301", "^": "\u0302", "~": "\u0303", "¨": "\u0308", '"': "\u0308"},
    **{"˘": "\u0306", "˙": "\u0307", "°": "\u030a", "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327", "˛": "\u0328"},
}
_TURKISH_I: Final = "İ"
"""Of the i: str.upper() knows the English one."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A character; `is_dead`: it waits for the next, to stand above it."""

    character: str
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """`plain` and `shifted`: what the 48 keys of `keys.WRITTEN` type, in order; a space: nothing.

    `altgr` and `shift_altgr` are pairs, a key's US name and what it types there. `dead` says which characters of
    `plain` and of `shifted` are dead, and which keys with AltGr. `decimal` is the keypad's; `ro` is on the key
    that only Brazilian keyboards have.
    """

    plain: str
    shifted: str
    altgr: str = ""
    shift_altgr: str = ""
    dead: tuple[str, ...] = ()
    decimal: str = "."
    ro: str = ""
    _levels: tuple[dict[int, Typed], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plain_dead, shifted_dead, altgr_dead = (*self.dead, "", "", "")[:3]
        levels = (
            _row(self.plain, plain_dead) | _row_of_ro(self.ro[:1]),
            _row(self.shifted, shifted_dead) | _row_of_ro(self.ro[1:]),
            _pairs(self.altgr, altgr_dead),
            _pairs(self.shift_altgr, ""),
        )
        object.__setattr__(self, "_levels", levels)

    @property
    def has_altgr(self) -> bool:
        """Whether the right Alt is an AltGr here."""
        return bool(self.altgr)

    def typed(self, key: int, shift: bool, altgr: bool, caps_lock: bool) -> Typed | None:
        """What `key` types; None: nothing. Caps lock is for letters only."""
        if caps_lock and not altgr and self._is_letter(key):
            shift = not shift
        return self._levels[shift + 2 * altgr].get(key)

    def _is_letter(self, key: int) -> bool:
        plain, shifted = self._levels[0].get(key), self._levels[1].get(key)
        if plain is None or shifted is None or plain == shifted:
            return False
        return shifted.character in (plain.character.upper(), _TURKISH_I)


def joined(dead: str, following: str) -> str:
    """What a dead character and the next one give: one letter, or itself (by a space), or both."""
    if following == " ":
        return dead
    letter = unicodedata.normalize("NFC", following + _COMBINING.get(dead, ""))
    return letter if len(letter) == 1 and letter != following else dead + following


def _row(text: str, dead: str) -> dict[int, Typed]:
    return {
        key: Typed(character, character in dead)
        for key, character in zip(keys.WRITTEN, text, strict=True)
        if character != " "
    }


def _row_of_ro(character: str) -> dict[int, Typed]:
    return {keys.RO: Typed(character)} if character else {}


def _pairs(text: str, dead: str) -> dict[int, Typed]:
    return {
        keys.NAMES[name]: Typed(character, name in dead)
        for name, character in zip(text[::2], text[1::2], strict=True)
    }
