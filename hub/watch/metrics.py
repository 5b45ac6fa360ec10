"""`/metrics` of the hub, for a Prometheus that has the token of keys/metrics.key: the fleet, workers, what came.

Names, types and units (Prometheus's own: seconds, bytes), with `edge` as a label. An edge's own endpoint says more
of it, under other names.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contract.exposition import CONTENT_TYPE, Metric, Sample, counter, exposition, gauge
from hub.fleet.standing import Light, presence_of
from hub.fleet.workers import WorkersShown, workers_shown
from hub.keys import KeyFileError, metrics_token
from hub.watch.judging import Judged, telemetry_of
from hub.watch.queries import event_counts, journal_rows, judged_fleet

_DROPPED: Final = "dropped."


def metrics_page(request: HttpRequest) -> HttpResponse:
    """404: the hub has no token. 401: it was not given. Nobody signs in here: the token is all."""
    try:
        token = metrics_token(settings.ENVIRONMENT.keys)
    except KeyFileError:
        return _plain(404, "no metrics: keys/metrics.key cannot be read; `doorward-hub init` makes it\n")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secrets.compare_digest(given.strip().encode(), token.encode()):
        refused = _plain(401, "Authorization: Bearer, and what stands in keys/metrics.key\n")
        refused["WWW-Authenticate"] = 'Bearer realm="doorward metrics"'
        return refused
    at = timezone.now()
    told = [*fleet_metrics(judged_fleet(at), at), *work_metrics(workers_shown(at), event_counts(), journal_rows())]
    return HttpResponse(exposition(told), content_type=CONTENT_TYPE)


def fleet_metrics(fleet: Iterable[Judged], at: datetime) -> Iterator[Metric]:
    """Of revoked edges only how many there are. Whether one is up is left out while no worker could hear it."""
    fleet = list(fleet)
    lights = [Sample(sum(each.light is light for each in fleet), {"light": light.value}) for light in Light]
    yield gauge(
        "doorward_hub_edges", "Edges by their light: green, amber, red; grey is revoked, or not known.", lights
    )
    fleet = [each for each in fleet if each.edge.revoked_at is None]
    known = [each for each in fleet if each.light is not Light.GREY]
    here = [
        Sample(each.standing.light is not Light.RED, _label(each) | {"site": each.edge.site.name})
        for each in known
    ]
    yield gauge("doorward_hub_edge_up", "1 while the edge is online and heard of.", here)
    troubles = [Sample(len(each.troubles), _label(each)) for each in fleet]
    yield gauge("doorward_hub_edge_troubles", "How much is wrong with the edge, by the fleet's page.", troubles)
    yield from _said(fleet, at)
    yield from _told(fleet, at)


def work_metrics(workers: WorkersShown, events: dict[str, int], rows: int) -> Iterator[Metric]:
    connected = [
        Sample(workers.connected, {"connected": "yes"}),
        Sample(workers.running - workers.connected, {"connected": "no"}),
    ]
    yield gauge("doorward_hub_workers", "Workers that run, and whether edges reach them.", connected)
    what = "Rows of edges' journals that are settled: as check-ins, as voids, refused, or lost."
    yield counter("doorward_hub_journal_rows_total", what, [Sample(rows)])
    drops = {name.removeprefix(_DROPPED): count for name, count in events.items() if name.startswith(_DROPPED)}
    passed_over = [Sample(count, {"why": why}) for why, count in drops.items()]
    yield counter("doorward_hub_dropped_messages_total", "Messages that did not count, by why.", passed_over)
    others = [Sample(count, {"event": name}) for name, count in events.items() if not name.startswith(_DROPPED)]
    yield counter("doorward_hub_worker_events_total", "Events of the workers' logs.", others)


def _said(fleet: list[Judged], at: datetime) -> Iterator[Metric]:
    saying = [(each, said) for each in fleet if (said := presence_of(each.edge)) is not None]
    heard = [(each, said.received_at.timestamp()) for each, said in saying]
    yield _of_each("heard_timestamp_seconds", "When the edge last said how it is, in Unix time.", heard)
    queues = [(each, said.waiting) for each, said in saying]
    yield _of_each("journal_queue_rows", "Rows of its journal that it had not seen acknowledged.", queues)
    behind = [(each, said.lacks(each.edge.feed)) for each, said in saying]
    yield _of_each("behind_rows", "Changes of its feed that its copy lacked.", behind)
    ages = [(each, said.copy_age_s(at)) for each, said in saying]
    yield _of_each("replica_age_seconds", "Since its copy was known up to date.", ages)


def _told(fleet: list[Judged], at: datetime) -> Iterator[Metric]:
    """What comes each minute, while it comes."""
    telling = [(each, told) for each in fleet if (told := telemetry_of(each.edge, at)) is not None]
    warmth = [(each, told.temperature_c) for each, told in telling]
    yield _of_each("temperature_celsius", "Of the hottest zone.", warmth)
    free = [(each, told.disk_free_share) for each, told in telling]
    yield _of_each("disk_free_ratio", "Share of its disk that is free.", free)
    memory = [(each, told.memory_bytes) for each, told in telling]
    yield _of_each("memory_bytes", "Proportional set size of the edge.", memory)
    up = [(each, told.uptime_s) for each, told in telling]
    yield _of_each("uptime_seconds", "Since the edge's process started.", up)
    alarms = [
        Sample(True, _label(each) | {"door": door["name"], "alarm": alarm["alarm"]})
        for each, told in telling
        for door in told.doors
        for alarm in door["alarms"]
    ]
    yield gauge("doorward_hub_door_alarm", "1 while an alarm of a door lasts; else it is not there.", alarms)
    scans = [Sample(sum(told.latency_ms), _label(each)) for each, told in telling]
    yield counter("doorward_hub_edge_scans_total", "Scans since the edge's process started.", scans)


def _of_each(name: str, meaning: str, values: Iterable[tuple[Judged, float | None]]) -> Metric:
    samples = [Sample(value, _label(each)) for each, value in values if value is not None]
    return gauge(f"doorward_hub_edge_{name}", meaning, samples)


def _label(judged: Judged) -> dict[str, str]:
    return {"edge": judged.edge.name}


def _plain(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
