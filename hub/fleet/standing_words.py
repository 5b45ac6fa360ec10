"""The words of how an edge stands, and what to do about it; hub/fleet/standing.py says when which is said."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ONLINE: Final = pgettext_lazy("an edge", "online")
OFFLINE: Final = pgettext_lazy("an edge", "offline")
NOT_HEARD_OF: Final = pgettext_lazy("an edge", "not heard of")
NEVER_HEARD_OF: Final = pgettext_lazy("an edge", "never heard of")
NOT_KNOWN: Final = pgettext_lazy("an edge", "not known")
REVOKED: Final = pgettext_lazy("an edge", "revoked")

TO_ENROL: Final = _("Enrol it: its page at the desk makes a code, and says what to type on the machine.")
TO_START: Final = _("Is it switched on, and does its service run? Its log says why it does not reach the hub.")
UNWATCHED: Final = _(
    "No worker that reaches the broker runs, so nothing is heard of it: start doorward-hub worker, or look at its"
    " log."
)
GONE: Final = _("It goes on deciding by itself if it has power. Look at its power, its network and its service.")
SILENT: Final = _("The broker still has it, the hub hears nothing: does the worker run, and its network hold?")
TO_PLUG_IN: Final = _("Plug its scanner in, or correct “device” in its configuration.")
TO_SEND: Final = _("The worker does not take them: its log says why.")
TO_SET: Final = _("Give it network time (NTP), or a battery clock; timedatectl on it says what it thinks.")
TO_FOLLOW: Final = _("Correct “feed” in its configuration, or the feed on its page here.")
TO_COPY: Final = _("It asks the worker for what it lacks: the worker's log says whether it answers.")
TO_LOOK_AT: Final = _("Its log says more; look at its SD card or disk.")
FAULTS: Final = {
    "disk_full": (_("the disk is full"), _("Make room on its disk: it goes on by itself within a minute.")),
    "read_only": (
        _("the disk is read-only"),
        _("A worn or damaged card turns read-only: look at the kernel's log (dmesg), then replace it."),
    ),
    "damaged": (
        _("its file is damaged"),
        _("It begins another file by itself; replace the card if it comes again."),
    ),
    "disk_error": (
        _("the disk fails"),
        _("Look at the kernel's log (dmesg), and replace the SD card or disk."),
    ),
}
"""What an edge says in a word (contract.messages.Lost): in more words, and what to do."""
