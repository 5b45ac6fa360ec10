"""What kind of phone asks, in words that its member knows it by. What a browser says of itself is worth no
more."""

import re
from typing import Final

from django.utils.translation import gettext as _

_BROWSERS: Final = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
"""The first that fits: most say that they are Chrome and Safari, too."""
_MACHINES: Final = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux"),
)


def family(says: str) -> str:
    """As in “Chrome, Android”; empty: nothing that is known. Names alone, so that it needs no translation."""
    found = [_first(table, says) for table in (_BROWSERS, _MACHINES)]
    return ", ".join(filter(None, found))


def shown(label: str) -> str:
    return label or _("A phone")


def _first(table: tuple[tuple[str, str], ...], says: str) -> str:
    return next((name for name, pattern in table if re.search(pattern, says)), "")
