"""An edge's figures as a page shows them: short texts, "-" where nothing is known. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contract.trust import ClockState
from hub.contract_words import said_of
from hub.fleet.models import Edge, EdgePresence
from hub.fleet.standing import elapsed_text, presence_of
from hub.orders.queries import Standing
from hub.watch.judging import Judged, Trouble, telemetry_of
from hub.watch.latency import Latency, latency_of
from hub.watch.models import EdgeTelemetry

UNKNOWN = "-"
_CONFIGURATIONS = {
    Standing.STANDS: gettext_lazy("generation %(generation)s stands"),
    Standing.TRYING: gettext_lazy("generation %(generation)s is tried"),
    Standing.WAITING: gettext_lazy("generation %(generation)s under way"),
    Standing.REFUSED: gettext_lazy("generation %(generation)s refused"),
}


class ReaderShown(NamedTuple):
    name: str
    open: bool


class EdgeShown(NamedTuple):
    """One edge on the page of the fleet. `lasting` is how long it has been so."""

    edge: Edge
    light: str
    word: str | Promise
    lasting: str
    since: str
    troubles: list[Trouble]
    behind: str
    clock: str
    queue: str
    readers: list[ReaderShown]
    latency: Latency
    machine: str
    configuration: str
    version: str


def shown(judged: Judged, slots: Mapping[int, Sequence[int]], first_slot: int, at: datetime) -> EdgeShown:
    """`slots` are the edge's scans by latency since `first_slot`, where the picture begins."""
    edge, standing = judged.edge, judged.standing
    said, told = presence_of(edge), telemetry_of(edge, at)
    elapsed = None if standing.since_at is None else (at - standing.since_at).total_seconds()
    return EdgeShown(
        edge=edge,
        light=judged.light.value,
        word=standing.word,
        lasting="" if elapsed is None else _("for %(elapsed)s") % {"elapsed": _roughly(elapsed)},
        since=standing.since,
        troubles=judged.troubles,
        behind=_behind(edge, said, at),
        clock=UNKNOWN if said is None else said_of(ClockState, said.clock),
        queue=UNKNOWN if said is None else _rows(said.waiting),
        readers=[] if said is None else [ReaderShown(each["name"], each["open"]) for each in said.readers],
        latency=latency_of(slots, first_slot),
        machine=UNKNOWN if told is None else _machine(told),
        configuration=_configuration(judged),
        version=UNKNOWN if said is None else said.version,
    )


def _configuration(judged: Judged) -> str:
    """The newest one's generation and how it stands; and which one stands, where that is another."""
    if judged.wanted is None:
        return _("its own file")
    text = str(_CONFIGURATIONS[judged.configuration]) % {"generation": judged.wanted.generation}
    reported = getattr(judged.edge, "reported", None)
    if judged.configuration is Standing.STANDS or reported is None or not reported.generation:
        return text
    another = (reported.epoch, reported.generation) != (judged.wanted.epoch, judged.wanted.generation)
    if not another:
        return text
    return _("%(wanted)s, %(generation)s stands") % {"wanted": text, "generation": reported.generation}


def _behind(edge: Edge, said: EdgePresence | None, at: datetime) -> str:
    if said is None:
        return UNKNOWN
    if said.epoch is None or said.sequence is None:
        return _("no copy")
    rows, age_s = said.lacks(edge.feed), said.copy_age_s(at)
    if rows is None:
        return _("copies anew")
    if not rows:
        return _("up to date")
    return _rows(rows) if age_s is None else f"{_rows(rows)}, {elapsed_text(age_s)}"


def _rows(count: int) -> str:
    return ngettext("%(count)s row", "%(count)s rows", count) % {"count": f"{count:,}"}


def _machine(told: EdgeTelemetry) -> str:
    warmth = "" if told.temperature_c is None else f"{told.temperature_c:.0f} °C"
    free = ""
    if told.disk_free_share is not None:
        free = _("disk %(share)s free") % {"share": f"{told.disk_free_share:.0%}"}
    return ", ".join(filter(None, (warmth, free))) or UNKNOWN


def _roughly(seconds: float) -> str:
    """In its largest unit."""
    return " ".join(elapsed_text(seconds).split()[:2])
