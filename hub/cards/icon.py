"""The organization's icon, a door on its colour, as PNG in any size: for home screens and wallets."""

import io
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from hub.organization.ink import ink_on

_SIDE: Final = 32
"""Of the door of hub/static/hub/door.svg, whose lines these are."""
_LINES: Final = (
    ((9, 26), (9, 7.5), (19, 5), (19, 26)),
    ((19, 8), (23, 8), (23, 26)),
    ((7, 26), (25, 26)),
)
_LINE_WIDTH: Final = 2.2
_SAFE: Final = 0.72
"""Of an icon that Android cuts a circle out of, the inner part that stays."""
_FINER: Final = 4


@lru_cache(maxsize=16)
def icon_png(pixels: int, colour: str) -> bytes:
    """Drawn larger and made small, for smooth edges."""
    side = pixels * _FINER
    image = Image.new("RGB", (side, side), colour)
    draw = ImageDraw.Draw(image)
    scale, margin = side * _SAFE / _SIDE, side * (1 - _SAFE) / 2
    ink, width = ink_on(colour), round(_LINE_WIDTH * scale)
    for line in _LINES:
        points = [(margin + x * scale, margin + y * scale) for x, y in line]
        draw.line(points, fill=ink, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.circle((x, y), width / 2, fill=ink)
    draw.circle((margin + 16 * scale, margin + 16 * scale), 1.5 * scale, fill=ink)
    written = io.BytesIO()
    image.resize((pixels, pixels), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()
