"""A page in a language in which every marked text stands in brackets: what is seen outside them is not marked."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from django.utils import translation

OPEN, CLOSE = "⟦", "⟧"
SEEN: Final = {"alt", "aria-label", "title", "placeholder"}
"""Attributes that are read out or shown."""
_NOT_READ: Final = {"script", "style", "code", "kbd", "pre", "svg", "textarea", "title"}
_VOID: Final = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "use", "wbr", "path"}
_INNERMOST: Final = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")


def bracket(patch: pytest.MonkeyPatch) -> None:
    """From now on each marked text stands in brackets."""
    real = translation._trans

    def one(text: str) -> str:
        return f"{OPEN}{text}{CLOSE}" if text else ""

    patch.setattr(real, "gettext", lambda text: one(str(text)), raising=False)
    patch.setattr(real, "pgettext", lambda _context, text: one(str(text)), raising=False)
    patch.setattr(real, "ngettext", lambda text, texts, n: one(text if n == 1 else texts), raising=False)
    patch.setattr(real, "npgettext", lambda _c, text, texts, n: one(text if n == 1 else texts), raising=False)


class _Texts(HTMLParser):
    """`found`: what stands in the page, then what stands in attributes."""

    def __init__(self) -> None:
        super().__init__()
        self._around: list[tuple[str, bool]] = []
        self.found: list[str] = [""]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.found += [value or "" for name, value in given.items() if name in SEEN]
        self.found[0] += "\n"
        if tag not in _VOID:
            self._around.append((tag, tag in _NOT_READ or ("lang" in given and tag != "html")))

    def handle_endtag(self, tag: str) -> None:
        self.found[0] += "\n"
        while self._around and self._around.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(hidden for _, hidden in self._around):
            self.found[0] += data


def outside(page: str, data: Iterator[str] | Any) -> list[str]:
    """What is seen and not marked, but for `data`: what people typed. The longest of that goes first."""
    texts = _Texts()
    texts.feed(page)
    wrong = []
    known = sorted({each for each in data if each}, key=len, reverse=True)
    for text in texts.found:
        wrong += _outside(text, known)
    return wrong


def _outside(text: str, known: list[str]) -> list[str]:
    while (less := _INNERMOST.sub("\n", text)) != text:
        text = less
    for each in known:
        text = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", "\n", text)
    return [line.strip() for line in text.splitlines() if _LETTERS.search(line)]
