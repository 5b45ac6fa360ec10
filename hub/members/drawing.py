"""A card's QR code as a picture."""

import segno
from django.utils.safestring import SafeString, mark_safe

from hub.members import codes
from hub.members.models import Card

_QUIET_ZONE_MODULES = 4
"""ISO/IEC 18004, 6.3.8: four modules of white on every side."""


def qr_svg(card: Card, size_mm: int | None = None) -> SafeString:
    """The card's QR code as SVG, to stand within a page; without `size_mm` as large as its surroundings let it."""
    return qr_of(codes.scan_text(codes.decrypt(card)), size_mm)


def qr_of(text: str, size_mm: int | None = None) -> SafeString:
    """The same of what a code says now."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=_QUIET_ZONE_MODULES, omitsize=True, light="#fff", svgclass="qr", lineclass=None)
    if size_mm is not None:
        svg = svg.replace("<svg ", f'<svg width="{size_mm}mm" height="{size_mm}mm" ', 1)
    # What is drawn are numbers: the code's text is in none of it.
    return mark_safe(svg)  # noqa: S308
