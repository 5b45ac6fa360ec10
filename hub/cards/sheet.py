"""Cards on paper: a PDF with ten a page, each as large as a bank card, to be printed and cut.

The cards of a page lie side by side, so that few straight cuts part them; marks at the edges say where. What
stands on a card is hub/cards/print_card.py's. Must not know who asks, or whose cards.
"""

import io
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from hub.cards.print_card import CARD_HEIGHT, CARD_WIDTH, Printed, draw_card
from hub.members import codes, queries
from hub.members.models import Card
from hub.organization.models import Organization
from hub.organization.queries import organization

COLUMNS: Final = 2
ROWS: Final = 5
CARDS_A_PAGE: Final = COLUMNS * ROWS
_MARK: Final = 3 * mm
_MARK_FROM_CARD: Final = 1 * mm
_LINE: Final = 0.25
_CUT_COLOUR: Final = "#808080"
_BETWEEN_COLOUR: Final = "#d4d4d4"


class Paper(StrEnum):
    A4 = "a4"
    LETTER = "letter"


_SIZES: Final = {Paper.A4: A4, Paper.LETTER: LETTER}


def sheet(cards: Iterable[Card], paper: Paper, at: datetime) -> bytes:
    """The PDF. `cards`: as hub.members.queries.live_cards gives them. hub.members.codes.CodeUnreadable."""
    club, written = organization(), io.BytesIO()
    canvas = Canvas(written, pagesize=_SIZES[paper], pageCompression=1, lang=get_language())
    canvas.setTitle(_("Cards of %(club)s") % {"club": club})
    canvas.setAuthor(str(club))
    canvas.setCreator("Doorward")
    # To printers that would else make the page smaller, so that a card fits no wallet's place any more.
    canvas.setViewerPreference("PrintScaling", "None")
    lying = 0
    for card in cards:
        if lying == CARDS_A_PAGE:
            _end_page(canvas, paper, lying)
            lying = 0
        draw_card(canvas, _printed(card, club, at), *_corner(paper, lying))
        lying += 1
    _end_page(canvas, paper, lying)
    canvas.save()
    return written.getvalue()


def _printed(card: Card, club: Organization, at: datetime) -> Printed:
    standing = queries.standing_of(card.customer, at)
    plan = "" if standing is None else standing.membership.plan.name
    return Printed(codes.decrypt(card), card.customer.name, plan, str(club), club.colour)


def _corner(paper: Paper, place: int) -> tuple[float, float]:
    """The lower left one, in points; places are counted from the upper left, row by row."""
    left, bottom = _margins(paper)
    row, column = divmod(place, COLUMNS)
    return left + column * CARD_WIDTH, bottom + (ROWS - 1 - row) * CARD_HEIGHT


def _margins(paper: Paper) -> tuple[float, float]:
    width, height = _SIZES[paper]
    return (width - COLUMNS * CARD_WIDTH) / 2, (height - ROWS * CARD_HEIGHT) / 2


def _end_page(canvas: Canvas, paper: Paper, lying: int) -> None:
    """With the marks around those that lie on it, the first rows of it."""
    left, bottom = _margins(paper)
    top = bottom + ROWS * CARD_HEIGHT
    rows, columns = -(-lying // COLUMNS), min(lying, COLUMNS)
    lowest, outermost = top - rows * CARD_HEIGHT, left + columns * CARD_WIDTH
    xs = [left + number * CARD_WIDTH for number in range(columns + 1)]
    ys = [top - number * CARD_HEIGHT for number in range(rows + 1)]
    canvas.setLineWidth(_LINE)
    canvas.setStrokeColor(_BETWEEN_COLOUR)
    canvas.grid(xs, ys)
    canvas.setStrokeColor(_CUT_COLOUR)
    near, far = _MARK_FROM_CARD, _MARK_FROM_CARD + _MARK
    for x in xs:
        canvas.line(x, top + near, x, top + far)
        canvas.line(x, lowest - near, x, lowest - far)
    for y in ys:
        canvas.line(left - near, y, left - far, y)
        canvas.line(outermost + near, y, outermost + far, y)
    canvas.showPage()
