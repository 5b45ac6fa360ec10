"""What a reader sees of a card: a QR code, or a barcode of the Code 128 kind; drawn for pages, measured for paper.

Which of both a card gets is one rule, `symbol_of`. Must not know the pages or sheets that it stands on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, NamedTuple

import segno
from barcode.codex import Code128
from django.utils.safestring import SafeString, mark_safe

from contract.card import is_code
from hub.members import codes
from hub.members.models import Card

BARCODE_MODULES_MAX: Final = 310
"""77.5 of a card's 85.6 mm, at 0.25 mm a module: office printers print that and handheld scanners read it."""
_QR_QUIET: Final = 4
"""ISO/IEC 18004, 6.3.8: four modules of white on every side."""
_BARCODE_QUIET: Final = 10
"""ISO/IEC 15417: ten modules of white before and after."""
_BARCODE_HEIGHT: Final = 0.3
"""Of its length, on a page; ISO/IEC 15417 wants 0.15 for scanners that are led by hand."""
_MARGIN: Final = 6
"""White above and below a barcode on a page, in modules: a page may be dark."""


class Bar(NamedTuple):
    """A dark rectangle, in modules, from the upper left corner of the symbol and its white."""

    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """`width`, `height`: in modules, the white around it included. A barcode is 1 high: it is drawn as high as
    there is room."""

    is_barcode: bool
    width: int
    height: int
    bars: tuple[Bar, ...] = field(repr=False)


def symbol_of(code: str) -> Symbol:
    """Ours is a QR code with our scan page's address. One that was taken over from elsewhere is a barcode where it
    has ASCII letters alone and fits on a card, so that the scanners which read the old cards read this one; else
    a QR code of it as it is."""
    if not is_code(code) and code.isascii() and code.isprintable():
        barcode = _barcode(code)
        if barcode.width <= BARCODE_MODULES_MAX:
            return barcode
    return qr_code(codes.scan_text(code))


def qr_code(text: str) -> Symbol:
    found = segno.make(text, error="m", micro=False)
    bars = tuple(_bars(found.matrix, _QR_QUIET, _QR_QUIET))
    width = len(found.matrix) + 2 * _QR_QUIET
    return Symbol(is_barcode=False, width=width, height=width, bars=bars)


def card_svg(card: Card, width_mm: int | None = None) -> SafeString:
    """hub.members.codes.CodeUnreadable."""
    return svg(symbol_of(codes.decrypt(card)), width_mm)


def qr_svg(text: str, width_mm: int | None = None) -> SafeString:
    return svg(qr_code(text), width_mm)


def svg(symbol: Symbol, width_mm: int | None = None) -> SafeString:
    """To stand within a page; without `width_mm` as large as its surroundings let it."""
    margin = _MARGIN if symbol.is_barcode else 0
    bar = round(symbol.width * _BARCODE_HEIGHT) if symbol.is_barcode else 1
    height = symbol.height * bar + 2 * margin
    kind = "barcode" if symbol.is_barcode else "qr"
    size = "" if width_mm is None else f' width="{width_mm}mm" height="{width_mm * height / symbol.width:.1f}mm"'
    dark = "".join(f"M{x} {y * bar + margin}h{width}v{bar}h-{width}z" for x, y, width in symbol.bars)
    light = f"M0 0h{symbol.width}v{height}h-{symbol.width}z"
    # What is drawn are numbers: the code's text is in none of it.
    return mark_safe(  # noqa: S308
        f'<svg{size} class="{kind}" viewBox="0 0 {symbol.width} {height}"'
        f'><path fill="#fff" d="{light}"/><path fill="#000" d="{dark}"/></svg>'
    )


def _barcode(code: str) -> Symbol:
    [modules] = Code128(code).build()
    bars = tuple(_bars([[int(each) for each in modules]], _BARCODE_QUIET, 0))
    return Symbol(is_barcode=True, width=len(modules) + 2 * _BARCODE_QUIET, height=1, bars=bars)


def _bars(rows: Iterable[Iterable[int]], x_from: int, y_from: int) -> Iterator[Bar]:
    """Dark modules side by side are one bar."""
    for y, row in enumerate(rows, y_from):
        x = x_from
        for is_dark, run in groupby(row):
            width = len(list(run))
            if is_dark:
                yield Bar(x, y, width)
            x += width
