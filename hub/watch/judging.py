"""What is wrong with an edge, in words, and what to do: by what it said of itself and by what it measured. Pure.

Whatever is asked of it is at hand: edges come with site, feed, presence, telemetry, reported and modes, and
with `watched` (hub.fleet.workers). While no worker hears them nothing is wrong with them that anybody could know.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contract.ask import Posture
from hub.fleet.models import Edge
from hub.fleet.standing import Light, Standing, instant_text, standing_of
from hub.orders import queries as orders
from hub.orders.hearing import hearing_of
from hub.orders.models import Configuration
from hub.orders.telling import refusal_text
from hub.watch.doors import door_alarms, ended_alarms
from hub.watch.models import EdgeTelemetry

FRESH: Final = timedelta(minutes=5)
"""Telemetry comes each minute. What is older says nothing of now."""
TAKEN_WITHIN: Final = timedelta(minutes=2)
"""The worker says an order again each minute to who has not told of it."""
DISK_FREE_SHARE_MIN: Final = 0.10
TEMPERATURE_C_MAX: Final = 80.0
"""A Raspberry Pi slows its processor down from here on (raspberrypi.com, "Thermal control")."""
_TO_HEAR: Final = gettext_lazy(
    "Until then it goes on as before: its log, and the worker's, say what does not count or arrive."
)
_RANKS: Final = {Light.RED: 0, Light.AMBER: 1, Light.GREEN: 2, Light.GREY: 3}


class Trouble(NamedTuple):
    """`remedy` is what to do; empty where the text says it."""

    text: str
    remedy: str | Promise = ""


class Judged(NamedTuple):
    """`light` is red for an edge that is there too, while a door of it is in alarm: `standing` says whether it is.

    `troubles` are all reasons for a light that is not green; `wanted` is what `configuration` is told of."""

    edge: Edge
    light: Light
    standing: Standing
    configuration: orders.Standing
    troubles: list[Trouble]
    wanted: Configuration | None

    @property
    def rank(self) -> tuple[int, int, str]:
        """The worst first."""
        return _RANKS[self.light], -len(self.troubles), self.edge.name


def judged(edge: Edge, wanted: Configuration | None, at: datetime) -> Judged:
    """`wanted` is the newest configuration that was ordered of it."""
    standing = standing_of(edge, at)
    configuration = orders.how_it_stands(wanted, getattr(edge, "reported", None))
    if not edge.watched and edge.revoked_at is None:
        return Judged(edge, standing.light, standing, configuration, [], wanted)
    if standing.light in (Light.RED, Light.GREY):
        whole = Trouble(standing.faults[0] if standing.faults else "", standing.remedy)
        troubles = [*([whole] if any(whole) else []), *_last_alarms(edge, standing, at)]
        return Judged(edge, standing.light, standing, configuration, troubles, wanted)
    said = (Trouble(fact.text, fact.remedy) for fact in standing.facts if fact.wrong)
    late = _not_taken(edge, wanted if configuration is orders.Standing.WAITING else None, at)
    told = telemetry_of(edge, at)
    alarms = list(door_alarms(edge, told))
    doors = (Trouble(alarm.text, alarm.remedy) for alarm in (*alarms, *ended_alarms(edge, told, at)))
    troubles = [*doors, *said, *_refused(edge, wanted), *late, *_measured(told)]
    light = Light.AMBER if troubles else Light.GREEN
    if any(alarm.grave for alarm in alarms):
        light, standing = Light.RED, _with_alarm(standing)
    return Judged(edge, light, standing, configuration, troubles, wanted)


def _with_alarm(standing: Standing) -> Standing:
    return standing._replace(word=_("%(how)s, a door in alarm") % {"how": standing.word})


def telemetry_of(edge: Edge, at: datetime) -> EdgeTelemetry | None:
    """What it told lately, if it did."""
    told: EdgeTelemetry | None = getattr(edge, "telemetry", None)
    return told if told is not None and at - told.received_at <= FRESH else None


def _last_alarms(edge: Edge, standing: Standing, at: datetime) -> Iterator[Trouble]:
    """Of the doors of an edge that is not there: as it told last, whenever that was. A door that was forced and an
    edge that falls silent may well belong together."""
    told: EdgeTelemetry | None = getattr(edge, "telemetry", None) if standing.light is Light.RED else None
    for alarm in door_alarms(edge, told):
        yield Trouble(_("%(alarm)s, as it told last") % {"alarm": alarm.text}, alarm.remedy)
    for alarm in ended_alarms(edge, told, at):
        yield Trouble(alarm.text, alarm.remedy)


def _refused(edge: Edge, wanted: Configuration | None) -> Iterator[Trouble]:
    if wanted is not None and wanted.refused_at is not None:
        told = getattr(edge, "reported", None)
        remedy = _(
            "It goes by none of the hub's now: doors may stand still: correct it on its page, or roll back."
        )
        if told is not None and told.generation:
            remedy = _("The one before stands: correct it on its page, or roll back.")
        text = _("it refused the configuration %(generation)s: %(why)s")
        yield Trouble(text % {"generation": wanted.generation, "why": refusal_text(wanted)}, remedy)


def _not_taken(edge: Edge, waiting: Configuration | None, at: datetime) -> Iterator[Trouble]:
    """What is ordered of an edge that is there, and that it has not told of."""
    told = getattr(edge, "modes", None)
    if told is not None and not hearing_of(edge, at).heard:
        locked = Posture.LOCKDOWN in (told.document["edge"], *told.document["readers"].values())
        said = _("it has not heard what is set and ended by hand since %(since)s")
        if locked:
            said = _("it has not heard the lockdown since %(since)s")
        yield from _waited_for(edge, said, told.ordered_at, at)
    if waiting is not None:
        said = _("it has not taken the configuration %(generation)s since %(since)s")
        yield from _waited_for(edge, said, waiting.made_at, at, waiting.generation)


def _waited_for(
    edge: Edge, said: str, ordered_at: datetime | None, at: datetime, generation: int = 0
) -> Iterator[Trouble]:
    """Counted from when it was ordered, or from when the edge came."""
    came_at = edge.presence.since
    since = came_at if ordered_at is None else max(ordered_at, came_at)
    if at - since >= TAKEN_WITHIN:
        yield Trouble(said % {"since": instant_text(edge, since), "generation": generation}, _TO_HEAR)


def _measured(told: EdgeTelemetry | None) -> Iterator[Trouble]:
    if told is None:
        return
    if told.disk_free_share is not None and told.disk_free_share < DISK_FREE_SHARE_MIN:
        full = _("its disk is %(share)s full") % {"share": f"{1 - told.disk_free_share:.0%}"}
        yield Trouble(full, _("Free some space: check-ins cannot be kept on a full disk."))
    if told.temperature_c is not None and told.temperature_c >= TEMPERATURE_C_MAX:
        hot = _("it is %(degrees)s °C hot") % {"degrees": f"{told.temperature_c:.0f}"}
        yield Trouble(hot, _("Give it air: it slows down to cool."))
    # It says each once, in turn (docs/hardware.md).
    if told.counters.get("unguarded", 0) > told.counters.get("guarded", 0):
        alone = _("nobody stands by its outputs: if it is killed, a relay may stay on")
        yield Trouble(alone, _("Its dead man's switch is gone: sudo doorward-edge doctor there says what to do."))
    lost = told.counters.get("lost", 0)
    if lost:
        said = ngettext(
            "%(count)s check-in could not be written down since it started",
            "%(count)s check-ins could not be written down since it started",
            lost,
        )
        yield Trouble(said % {"count": lost}, _("Its disk is full or broken."))
