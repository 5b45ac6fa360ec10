"""What can be read on the organization's colour. Pure."""

from typing import Final

from PIL import ImageColor

LIGHT: Final = "#ffffff"
DARK: Final = "#17201d"


def ink_on(colour: str) -> str:
    """By WCAG's relative luminance the one of the two that stands out more."""
    return LIGHT if contrast(colour, LIGHT) >= contrast(colour, DARK) else DARK


def contrast(one: str, other: str) -> float:
    """1 to 21, whichever is which; colours as in `#0f766e`."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (value / 255 for value in ImageColor.getrgb(colour)[:3])
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
