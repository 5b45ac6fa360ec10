"""Every write of what edges and workers tell of how they do."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from msgspec import to_builtins

from contract.high_water import TELEMETRY, Mark
from contract.orders import Telemetry
from hub.fleet.edge_marks import raise_mark
from hub.fleet.models import Edge, WorkerBeat
from hub.fleet.named import hold_edge
from hub.watch.models import SLOT_SECONDS, EdgeTelemetry, EventCount, TelemetrySlot

HISTORY_DAYS: Final = 7
BEATS_KEPT: Final = timedelta(days=1)
_COUNTER: Final = re.compile(r"[a-z0-9_.-]{1,64}")
_FIGURES: Final = ("temperature_c", "disk_free_bytes", "disk_free_share", "memory_bytes", "load")


def note_telemetry(edge_name: str, said: Telemetry, at: datetime) -> None:
    """What an edge told, come in at `at`. The same again changes nothing.

    UnknownEdge; hub.fleet.edge_marks.StaleMark: it told something newer before.
    """
    with transaction.atomic():
        edge = hold_edge(edge_name)
        if not raise_mark(edge.pk, TELEMETRY, Mark(said.start, said.n)):
            return
        before = EdgeTelemetry.objects.filter(edge=edge).first()
        told = _told(before, said) | {"received_at": at}
        EdgeTelemetry.objects.update_or_create(edge=edge, defaults=told)
        _add_to_slot(edge, said, told["temperature_c"], _new_scans(before, said), at)


def prune_slots(at: datetime) -> int:
    """Drops the oldest slot that nobody looks at any more, of all edges; returns how many rows went."""
    kept_from = int((at - timedelta(days=HISTORY_DAYS)).timestamp()) // SLOT_SECONDS
    oldest = (
        TelemetrySlot.objects.filter(slot__lt=kept_from).order_by("slot").values_list("slot", flat=True).first()
    )
    return 0 if oldest is None else TelemetrySlot.objects.filter(slot=oldest).delete()[0]


def note_worker(name: str, started_at: datetime, connected: bool, events: Mapping[str, int], at: datetime) -> None:
    """A worker runs as of `at`; `events` have happened in it since it told last."""
    with transaction.atomic():
        beat = {"started_at": started_at, "beat_at": at, "connected": connected}
        WorkerBeat.objects.update_or_create(name=name, defaults=beat)
        WorkerBeat.objects.filter(beat_at__lt=at - BEATS_KEPT).delete()
        # In one order, so that two workers never wait for each other.
        for event, count in sorted(events.items()):
            EventCount.objects.bulk_create([EventCount(name=event[:64], count=0)], ignore_conflicts=True)
            EventCount.objects.filter(name=event[:64]).update(count=F("count") + count)


def end_worker(name: str) -> None:
    """It ended as it should."""
    WorkerBeat.objects.filter(name=name).delete()


def _told(before: EdgeTelemetry | None, said: Telemetry) -> dict[str, Any]:
    """A counter by a name that no edge gives, and a number that is none, are not kept."""
    return {
        "start": said.start,
        "uptime_s": _finite(said.uptime_s) or 0.0,
        "queue": _queue(before, said),
        "latency_ms": said.latency_ms,
        "counters": {name: count for name, count in said.counters.items() if _COUNTER.fullmatch(name)},
        "doors": to_builtins(said.doors),
        **{name: _finite(getattr(said, name)) for name in _FIGURES},
    }


def _queue(before: EdgeTelemetry | None, said: Telemetry) -> int:
    """Where the edge cannot know it, as it was when it could."""
    if said.queue is not None:
        return said.queue
    return 0 if before is None else before.queue


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _new_scans(before: EdgeTelemetry | None, said: Telemetry) -> list[int]:
    """By latency, since the edge told last; in another start it counts from nothing."""
    if before is None or before.start != said.start:
        return said.latency_ms
    return [max(0, now - then) for now, then in zip(said.latency_ms, before.latency_ms, strict=True)]


def _add_to_slot(
    edge: Edge, said: Telemetry, temperature_c: float | None, scans: Sequence[int], at: datetime
) -> None:
    number = int(at.timestamp()) // SLOT_SECONDS
    slot = TelemetrySlot.objects.filter(edge=edge, slot=number).first()
    if slot is None:
        slot = TelemetrySlot(edge=edge, slot=number, latency_ms=[0] * len(scans), queue=0)
    slot.latency_ms = [sum(each) for each in zip(slot.latency_ms, scans, strict=True)]
    slot.queue = max(slot.queue, said.queue or 0)
    slot.temperature_c = max(
        (each for each in (slot.temperature_c, temperature_c) if each is not None), default=None
    )
    slot.save()
