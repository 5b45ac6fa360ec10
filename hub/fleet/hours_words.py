"""Hours as people read them, in their language; as staff write them they are hub/fleet/hours_text.py's. Pure."""

from collections.abc import Iterable

from django.utils.translation import pgettext

from contract.hours import Window
from hub.fleet import hours_text


def said(windows: Iterable[Window]) -> str:
    """As in `08:00-18:00, 20:00-02:00`, or `closed`."""
    each = list(windows)
    return hours_text.encode(each) if each else pgettext("hours", "closed")
