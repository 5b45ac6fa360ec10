"""What a lockdown holds fast: who may not set modes lifts none by a detour, as by renaming a reader. Reads only.

Ending a lockdown is a right of its own (orders.set_mode). Moving an edge to another site, and pushing a
configuration, are others; where they would let somebody pass whom the lockdown keeps out they are refused.
"""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.ask import Posture
from hub.errors import HubError
from hub.fleet.models import Edge
from hub.orders.mode_operations import set_for
from hub.orders.models import Configuration
from hub.orders.places import Set

_ENDING = gettext_lazy("end the lockdown first, or leave it to somebody who may set modes")


class LockdownHolds(HubError):
    """What is asked would lift a lockdown, and who asks may not set modes."""


class _Door(NamedTuple):
    """What of a reader would let people pass if it changed: where it is, and who passes in a lockdown."""

    device: str | None
    relay_pin: int | None
    door: str | None
    lockdown_permission: str | None


def check_move(edge: Edge, before: Set) -> None:
    """`before`: what the edge was set to where it stood. LockdownHolds."""
    if before.edge is Posture.LOCKDOWN and set_for(edge).edge is not Posture.LOCKDOWN:
        raise LockdownHolds(
            _("%(edge)s is in lockdown where it stands, and would not be at %(site)s: %(ending)s")
            % {"edge": edge, "site": edge.site, "ending": _ENDING}
        )


def check_configuration(edge: Edge, before: Configuration | None, document: dict[str, Any]) -> None:
    """That `document` keeps what `before` has in lockdown as it is; it is valid. LockdownHolds."""
    modes = set_for(edge)
    doors, wanted = _doors({} if before is None else before.document), _doors(document)
    if modes.edge is Posture.LOCKDOWN:
        for name, door in wanted.items():
            _check_permission(edge, name, doors.get(name), door)
    for name, posture in modes.readers.items():
        # Where nothing was pushed before, the hub does not know what its device is: it is to stay, that is all.
        if posture is Posture.LOCKDOWN and (before is None or name in doors or name in wanted):
            _check_reader(edge, name, doors.get(name), wanted.get(name))


def _doors(document: dict[str, Any]) -> dict[str, _Door]:
    return {each["name"]: _Door(*map(each.get, _Door._fields)) for each in document.get("readers", ())}


def _check_reader(edge: Edge, name: str, before: _Door | None, wanted: _Door | None) -> None:
    if wanted is None:
        raise LockdownHolds(
            _("%(edge)s/%(name)s is in lockdown, and this has no reader of that name: %(ending)s")
            % {"edge": edge, "name": name, "ending": _ENDING}
        )
    if before is not None and wanted[:3] != before[:3]:
        raise LockdownHolds(
            _("%(edge)s/%(name)s is in lockdown: its device, relay_pin and door stay as they are; %(ending)s")
            % {"edge": edge, "name": name, "ending": _ENDING}
        )
    _check_permission(edge, name, before, wanted)


def _check_permission(edge: Edge, name: str, before: _Door | None, wanted: _Door) -> None:
    known = None if before is None else before.lockdown_permission
    if wanted.lockdown_permission not in (None, known):
        text = _(
            "%(edge)s/%(name)s is in lockdown: who passes all the same (lockdown_permission) stays as it is"
        ) % {"edge": edge, "name": name}
        raise LockdownHolds(f"{text}; {_ENDING}")
