"""What stands on a card of paper: the organization's band, who and by which plan, the symbol, the code to type.

ISO/IEC 7810, ID-1: 85.60 x 53.98 mm. All lengths are in points, from the card's lower left corner. What is too
long is written smaller, then on two lines, then cut.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from contract.card import is_code
from hub.cards.barcodes import Symbol, symbol_of
from hub.cards.lettering import COURIER, HELVETICA, Lettering, Point, lettering
from hub.members import codes
from hub.organization.ink import ink_on

CARD_WIDTH: Final = 85.60 * mm
CARD_HEIGHT: Final = 53.98 * mm
_BAND: Final = 10.5 * mm
_EDGE: Final = 4 * mm
_QR: Final = 37 * mm
_QR_FROM_EDGE: Final = 2.5 * mm
_BESIDE_QR: Final = _QR_FROM_EDGE + _QR + 1 * mm
_BARCODE_MODULE_MAX: Final = 0.5 * mm
_BARCODE_ROOM: Final = CARD_WIDTH - 2 * _EDGE
_BARCODE_HEIGHT: Final = 15 * mm
_BARCODE_BOTTOM: Final = 9 * mm
_INK: Final = "#1c1917"
_SOFT: Final = "#57534e"
_STEP: Final = 0.5
_LINES: Final = 1.2
"""From line to line, of the letters' height."""
_CUT: Final = "..."


@dataclass(frozen=True, slots=True)
class Printed:
    code: str = field(repr=False)
    name: str
    plan: str
    club: str
    colour: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """`lines` in `points` that are not wider than they may."""

    letters: Lettering
    lines: tuple[str, ...]
    points: float

    @property
    def height(self) -> float:
        return len(self.lines) * self.points * _LINES

    def draw(self, canvas: Canvas, x: float, top: float, colour: str) -> float:
        """Where the next thing's top is."""
        for number, line in enumerate(self.lines):
            y = top - self.points - number * self.points * _LINES
            self.letters.draw(canvas, line, (x, y), self.points, colour)
        return top - self.height


def draw_card(canvas: Canvas, card: Printed, x: float, y: float) -> None:
    """With its lower left corner there."""
    canvas.saveState()
    canvas.translate(x, y)
    _draw_band(canvas, card)
    symbol = symbol_of(card.code)
    (_draw_with_barcode if symbol.is_barcode else _draw_with_qr)(canvas, card, symbol)
    canvas.restoreState()


def fitted(letters: Lettering, width: float, largest: float, smallest: float, lines_max: int) -> Fitted:
    """On one line as long as that is not smaller than the middle of both; else on as many as it may."""
    for lines, down_to in ((1, (largest + smallest) / 2), (lines_max, smallest)):
        points = largest
        while points >= down_to:
            found = tuple(_lines(letters, width, points))
            if len(found) <= lines:
                return Fitted(letters, found, points)
            points -= _STEP
    kept = list(_lines(letters, width, smallest))[:lines_max]
    kept[-1] = _cut(letters, kept[-1] + _CUT, width, smallest)
    return Fitted(letters, tuple(kept), smallest)


def _draw_band(canvas: Canvas, card: Printed) -> None:
    canvas.setFillColor(card.colour)
    canvas.rect(0, CARD_HEIGHT - _BAND, CARD_WIDTH, _BAND, stroke=0, fill=1)
    club = fitted(lettering(card.club, is_bold=True), CARD_WIDTH - 2 * _EDGE, 12, 7, 2)
    club.draw(canvas, _EDGE, CARD_HEIGHT - (_BAND - club.height) / 2, ink_on(card.colour))


def _draw_with_qr(canvas: Canvas, card: Printed, symbol: Symbol) -> None:
    _draw_symbol(canvas, symbol, (_QR_FROM_EDGE, (CARD_HEIGHT - _BAND - _QR) / 2), _QR, _QR)
    width = CARD_WIDTH - _BESIDE_QR - _EDGE
    _draw_who(canvas, card, (_BESIDE_QR, width), 3)
    code = _typed(card.code, width, 4)
    code.draw(canvas, _BESIDE_QR, _EDGE + code.height, _INK)


def _draw_with_barcode(canvas: Canvas, card: Printed, symbol: Symbol) -> None:
    _draw_who(canvas, card, (_EDGE, CARD_WIDTH - 2 * _EDGE), 2)
    width = min(_BARCODE_ROOM, symbol.width * _BARCODE_MODULE_MAX)
    _draw_symbol(canvas, symbol, ((CARD_WIDTH - width) / 2, _BARCODE_BOTTOM), width, _BARCODE_HEIGHT)
    code = _typed(card.code, _BARCODE_ROOM, 1)
    [line] = code.lines
    x = (CARD_WIDTH - code.letters.width(code.points, line)) / 2
    code.draw(canvas, x, _BARCODE_BOTTOM - 0.5 * mm, _INK)


def _draw_who(canvas: Canvas, card: Printed, room: tuple[float, float], lines_max: int) -> None:
    """`room`: where it begins, and how wide it may be."""
    x, width = room
    top = CARD_HEIGHT - _BAND - 2.5 * mm
    top = fitted(lettering(card.name, is_bold=True), width, 13, 8, lines_max).draw(canvas, x, top, _INK)
    fitted(lettering(card.plan), width, 9, 7, 2).draw(canvas, x, top - 1 * mm, _SOFT)


def _typed(code: str, width: float, lines_max: int) -> Fitted:
    """Ours in letters that are all as wide as each other: nobody takes one for another. One that cannot be written
    whole is not written: it would be another one."""
    letters = lettering(codes.typed_text(code), face=COURIER if is_code(code) else HELVETICA)
    return fitted(letters if letters.is_whole else lettering(""), width, 9, 7, lines_max)


def _draw_symbol(canvas: Canvas, symbol: Symbol, at: Point, width: float, height: float) -> None:
    """All of it is one shape: where bars touch there is no line between them."""
    (x, y), wide, high = at, width / symbol.width, height / symbol.height
    shape = canvas.beginPath()
    for bar in symbol.bars:
        shape.rect(x + bar.x * wide, y + height - (bar.y + 1) * high, bar.width * wide, high)
    canvas.setFillColor("#000000")
    canvas.drawPath(shape, stroke=0, fill=1)


def _lines(letters: Lettering, width: float, points: float) -> Iterator[str]:
    """Broken at spaces; a word that is too wide by itself, anywhere."""
    line = ""
    for word in letters.text.split():
        longer = f"{line} {word}" if line else word
        if letters.width(points, longer) <= width:
            line = longer
            continue
        if line:
            yield line
        line = word
        while letters.width(points, line) > width:
            part = _beginning(letters, line, width, points)
            yield part
            line = line[len(part) :]
    yield line


def _beginning(letters: Lettering, text: str, width: float, points: float) -> str:
    part = text
    while len(part) > 1 and letters.width(points, part) > width:
        part = part[:-1]
    return part


def _cut(letters: Lettering, text: str, width: float, points: float) -> str:
    kept = text.removesuffix(_CUT)
    while kept and letters.width(points, kept + _CUT) > width:
        kept = kept[:-1]
    return kept.rstrip() + _CUT
