"""A picture that somebody gave, made into a small JPEG of our own: turned upright, without what cameras add to it
(places and times), and refused where it is no picture or too large to be opened. Pure.
"""

import io
import warnings
from typing import Final

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from hub.errors import HubError

BYTES_MAX: Final = 10 * 1_000_000
SIDE_PIXELS: Final = 512
PIXELS_MAX: Final = 60_000_000
"""A phone's largest pictures have 50 million."""
UNPACKED_PIXELS_MAX: Final = 13_000_000
"""Each takes up to 16 bytes of memory until it is made smaller; a large JPEG as cameras make it, in one scan, has
no more from the start. One in several scans is held whole while it is read, at some 8 bytes a pixel at most."""
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_QUALITY: Final = 85


class PhotoRefused(HubError):
    """It cannot become a photo; the text says what can."""


def jpeg_of(picture: bytes) -> bytes:
    """At most SIDE_PIXELS wide and high. PhotoRefused."""
    if len(picture) > BYTES_MAX:
        raise PhotoRefused(_("The picture is larger than 10 MB: choose a smaller one."))
    try:
        with warnings.catch_warnings():
            # Pillow's own limit is told by the size that we look at.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _encoded(_opened(picture))
    except Image.DecompressionBombError as error:
        raise PhotoRefused(_too_many_pixels()) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:
        raise PhotoRefused(
            _("This cannot be read as a picture: choose a JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF file.")
        ) from error


def _opened(picture: bytes) -> Image.Image:
    """Its size is looked at before anything of it is unpacked."""
    image = Image.open(io.BytesIO(picture), formats=_FORMATS)
    if image.width * image.height > PIXELS_MAX:
        raise PhotoRefused(_too_many_pixels())
    # A JPEG is read at the smallest scale that is still large enough; a progressive one is unpacked whole even so.
    if "progressive" not in image.info:
        image.draft("RGB", (2 * SIDE_PIXELS, 2 * SIDE_PIXELS))
    if image.width * image.height > UNPACKED_PIXELS_MAX:
        raise PhotoRefused(
            _("The picture has more than 13 million pixels: choose a smaller one, or a JPEG as cameras make it.")
        )
    return image


def _encoded(image: Image.Image) -> bytes:
    image.thumbnail((SIDE_PIXELS, SIDE_PIXELS))
    small = ImageOps.exif_transpose(image)
    whole = Image.new("RGB", small.size, "white")
    layer = small.convert("RGBA")
    whole.paste(layer, mask=layer)
    written = io.BytesIO()
    whole.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def _too_many_pixels() -> str:
    return _("The picture has more than 60 million pixels: choose a smaller one.")
