"""What has to hold of numbers at the hub that may only rise, looked at each second: they do, and none is forged.

A hub that was put back from a backup begins anew.
"""

from typing import TYPE_CHECKING

from hub.checkins.models import CheckIn
from hub.feed.models import Feed
from hub.fleet.edge_marks import EdgeMark
from hub.fleet.models import Edge
from tests.simulation.forgery import FORGED, FORGED_ID

if TYPE_CHECKING:
    from tests.simulation.hub import Hub

EVERY_S = 1.0

Numbers = dict[str, tuple[int, ...]]


class HubNumbers:
    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._before: Numbers = {}
        self._restored_at_s: float | None = None

    def look(self) -> list[str]:
        """What broke a rule since the last look, in words."""
        now = _numbers()
        before = self._before if self._restored_at_s == self._hub.restored_at_s else {}
        self._before, self._restored_at_s = now, self._hub.restored_at_s
        return [
            *(f"the hub's {fault}" for fault in gone_back(before, now)),
            *(f"the hub took what somebody forged: {each}" for each in forged(now)),
        ]


def gone_back(before: Numbers, now: Numbers) -> list[str]:
    """In words."""
    return [
        f"{name} went back from {mark} to {now.get(name)}"
        for name, mark in sorted(before.items())
        if now.get(name, ()) < mark
    ]


def forged(now: Numbers) -> list[str]:
    """In words; the epoch that somebody begins above a forged one is one too."""
    return [f"{name} is {mark}" for name, mark in sorted(now.items()) if max(mark, default=0) >= FORGED]


def forged_check_ins() -> list[str]:
    return ["the hub counts a check-in that somebody forged"] if _is_there(FORGED_ID) else []


def _is_there(checkin_id: bytes) -> bool:
    return CheckIn.objects.filter(checkin_id=checkin_id).exists()


def _numbers() -> Numbers:
    marks = EdgeMark.objects.values_list("edge__name", "kind", "start", "n")
    orders = Edge.objects.values_list("name", "epoch", "config_generation", "mode_generation", "command_number")
    feeds = Feed.objects.values_list("name", "epoch")
    found: Numbers = {f"{edge}'s {kind}": (start, n) for edge, kind, start, n in marks}
    for edge, epoch, *numbers in orders:
        for what, number in zip(("configuration", "modes", "command"), numbers, strict=True):
            found[f"{what} for {edge}"] = (epoch, number)
    return found | {f"feed {name}": (epoch,) for name, epoch in feeds}
