"""What is wrong with an edge, in words, and what to do: by what it said of itself and by what it measured. Pure.

Whatever is asked of it is at hand: edges come with site, feed, presence and telemetry.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from hub.fleet.models import Edge
from hub.fleet.standing import Light, Standing, standing_of
from hub.watch.models import EdgeTelemetry

FRESH: Final = timedelta(minutes=5)
"""Telemetry comes each minute. What is older says nothing of now."""
DISK_FREE_SHARE_MIN: Final = 0.10
TEMPERATURE_C_MAX: Final = 80.0
"""A Raspberry Pi slows its processor down from here on (raspberrypi.com, "Thermal control")."""
_RANKS: Final = {Light.RED: 0, Light.AMBER: 1, Light.GREEN: 2, Light.GREY: 3}


class Trouble(NamedTuple):
    """`remedy` is what to do; empty where the text says it."""

    text: str
    remedy: str = ""


class Judged(NamedTuple):
    """`troubles` are all reasons for a light that is not green."""

    edge: Edge
    light: Light
    standing: Standing
    troubles: list[Trouble]

    @property
    def rank(self) -> tuple[int, int, str]:
        """The worst first."""
        return _RANKS[self.light], -len(self.troubles), self.edge.name


def judged(edge: Edge, at: datetime) -> Judged:
    standing = standing_of(edge, at)
    if standing.light in (Light.RED, Light.GREY):
        troubles = [Trouble(standing.faults[0] if standing.faults else "", standing.remedy)]
        return Judged(edge, standing.light, standing, [each for each in troubles if any(each)])
    said = [Trouble(fact.text, fact.remedy) for fact in standing.facts if fact.wrong]
    troubles = [*said, *_measured(telemetry_of(edge, at))]
    return Judged(edge, Light.AMBER if troubles else Light.GREEN, standing, troubles)


def telemetry_of(edge: Edge, at: datetime) -> EdgeTelemetry | None:
    """What it told lately, if it did."""
    told: EdgeTelemetry | None = getattr(edge, "telemetry", None)
    return told if told is not None and at - told.received_at <= FRESH else None


def _measured(told: EdgeTelemetry | None) -> Iterator[Trouble]:
    if told is None:
        return
    if told.disk_free_share is not None and told.disk_free_share < DISK_FREE_SHARE_MIN:
        full = f"its disk is {1 - told.disk_free_share:.0%} full"
        yield Trouble(full, "Free some space: check-ins cannot be kept on a full disk.")
    if told.temperature_c is not None and told.temperature_c >= TEMPERATURE_C_MAX:
        yield Trouble(f"it is {told.temperature_c:.0f} °C hot", "Give it air: it slows down to cool.")
    lost = told.counters.get("lost", 0)
    if lost:
        what = "1 check-in" if lost == 1 else f"{lost} check-ins"
        yield Trouble(f"{what} could not be written down since it started", "Its disk is full or broken.")
