"""Names on paper, in whatever script they are: how wide they are, and drawn.

What Western European letters are enough for stands in the PDF as text, in Helvetica, which every reader of PDFs
has. Anything else is drawn by FreeType, at 600 dpi, with the first of the machine's fonts that has it: with Raqm
(in Pillow, where FriBidi is installed) Arabic letters are joined and run from right to left. What no font of this
machine has is left out, and `Lettering.is_whole` says so: a name never stops a sheet.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image, ImageColor, ImageDraw, ImageFont, features
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts")
_FONTS: Final = (
    "DejaVuSans-Bold.ttf",
    "DejaVuSans.ttf",
    "NotoSansCJK-Bold.ttc",
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "NotoSans-Bold.ttf",
    "NotoSans*-Regular.ttf",
)
"""By preference; packages of Debian that have them: fonts-dejavu-core, fonts-noto-cjk, fonts-droid-fallback,
fonts-noto-core."""
_WESTERN: Final = "cp1252"
_NO_LETTER: Final = "\uffff"
"""Stands for what a font has no shape for."""
_DPI: Final = 600
_POINTS: Final = 72
_LOOKED_AT_PX: Final = 24
_FROM_RIGHT: Final = ("R", "AL")


Point = tuple[float, float]
"""To the right and up, in points."""


class Face(NamedTuple):
    regular: str
    bold: str

    def of(self, is_bold: bool) -> str:
        return self.bold if is_bold else self.regular


HELVETICA: Final = Face("Helvetica", "Helvetica-Bold")
COURIER: Final = Face("Courier", "Courier-Bold")


@dataclass(frozen=True, slots=True)
class Lettering:
    """`text`: what can be printed of it; `font`: the file it is drawn with, None for the PDF's own fonts."""

    text: str
    font: Path | None
    is_whole: bool
    is_bold: bool
    face: Face = HELVETICA

    def width(self, points: float, text: str | None = None) -> float:
        """In points; of another `text` of the same letters, where it is given."""
        shown = self.text if text is None else text
        if self.font is None:
            return float(stringWidth(shown, self.face.of(self.is_bold), points))
        return _font(self.font, _pixels(points)).getlength(shown) * _POINTS / _DPI

    def draw(self, canvas: Canvas, text: str, at: Point, points: float, colour: str) -> None:
        """From there on, on the line there."""
        if not text:
            return
        x, y = at
        if self.font is None:
            canvas.setFillColor(colour)
            canvas.setFont(self.face.of(self.is_bold), points)
            canvas.drawString(x, y, text)
            return
        picture, left, below = _picture(self.font, text, _pixels(points), colour)
        scale = _POINTS / _DPI
        size = {"width": picture.width * scale, "height": picture.height * scale}
        canvas.drawImage(ImageReader(picture), x + left * scale, y - below * scale, mask="auto", **size)


@lru_cache(maxsize=4096)
def lettering(text: str, is_bold: bool = False, face: Face = HELVETICA) -> Lettering:
    wanted = " ".join(unicodedata.normalize("NFC", text).split())
    said = " ".join("".join(each for each in wanted if each.isprintable()).split())
    try:
        said.encode(_WESTERN)
        return Lettering(said, None, said == wanted, is_bold, face)
    except UnicodeEncodeError:
        pass
    best, font = said.encode(_WESTERN, "ignore").decode(_WESTERN), None
    for each in _fonts(is_bold):
        if len(within := _within(each, said)) > len(best):
            best, font = within, each
        if best == said:
            break
    shown = " ".join(best.split())
    return Lettering(shown, font, shown == wanted, is_bold, face)


@cache
def _fonts(is_bold: bool) -> list[Path]:
    """Those of the machine when it is first asked: whoever installs one starts the hub anew."""
    found: list[Path] = []
    for name in _FONTS:
        for folder in _FOLDERS:
            found += sorted(Path(folder).rglob(name))
    ranked = sorted(dict.fromkeys(found), key=lambda path: ("Bold" in path.name) is not is_bold)
    return [path for path in ranked if _can_be_read(path)]


def _can_be_read(path: Path) -> bool:
    try:
        _font(path, _LOOKED_AT_PX)
    except OSError:
        return False
    return True


def _within(font: Path, text: str) -> str:
    return "".join(each for each in text if each.isspace() or _has(font, each))


@lru_cache(maxsize=16_384)
def _has(font: Path, letter: str) -> bool:
    """Without Raqm nothing that is joined, put on top of another letter, or read from the right."""
    kind = unicodedata.category(letter)
    if not features.check("raqm") and (
        unicodedata.bidirectional(letter) in _FROM_RIGHT or kind.startswith(("M", "Cf"))
    ):
        return False
    if kind == "Cf":
        return True
    return _shape(font, letter) != _shape(font, _NO_LETTER)


def _shape(font: Path, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = _letter_by_letter(font).getmask(letter, "L")
    return mask.size, bytes(mask)


@cache
def _letter_by_letter(font: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, _LOOKED_AT_PX, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=256)
def _font(font: Path, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, pixels)


def _picture(font: Path, text: str, pixels: int, colour: str) -> tuple[Image.Image, int, int]:
    """Letters of this colour on nothing; how far to the right it begins, and how far below the line it ends."""
    shapes = _font(font, pixels)
    left, top, right, bottom = (int(each) for each in shapes.getbbox(text, anchor="ls"))
    size = (max(right - left, 1), max(bottom - top, 1))
    covered = Image.new("L", size, 0)
    ImageDraw.Draw(covered).text((-left, -top), text, fill=255, font=shapes, anchor="ls")
    picture = Image.new("RGBA", size, (*ImageColor.getrgb(colour)[:3], 0))
    picture.putalpha(covered)
    return picture, left, bottom


def _pixels(points: float) -> int:
    return max(round(points * _DPI / _POINTS), 1)
