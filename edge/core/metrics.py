"""The edge's figures as metrics for Prometheus: which names, which units, which types. Pure.

Units are Prometheus's own (seconds, bytes), whatever the wire says.
"""

from collections.abc import Iterator

from contract.exposition import Metric, Sample, counter, gauge, histogram, measured
from contract.orders import LATENCY_BOUNDS_MS, DoorReport, Telemetry
from contract.trust import ClockState
from edge.core.door import Alarm, DoorState


def metrics_of(  # noqa: PLR0913, PLR0917 (each a figure of its own)
    telemetry: Telemetry,
    latency_sum_ms: float,
    journal_fault: str | None,
    clock: ClockState,
    replica_age_s: float | None,
    in_contact: bool,
) -> Iterator[Metric]:
    """`replica_age_s` None: it cannot be known, and is not said. `journal_fault`: why it takes no rows."""
    yield measured("doorward_edge_uptime_seconds", "Since this process started.", telemetry.uptime_s)
    yield gauge(
        "doorward_edge_in_contact",
        "1 while the hub answers and has all rows of the journal but the last seconds'.",
        [Sample(in_contact)],
    )
    yield histogram(
        "doorward_edge_scan_duration_seconds",
        "From the last byte of a scan to its signal.",
        [bound / 1_000 for bound in LATENCY_BOUNDS_MS],
        telemetry.latency_ms,
        latency_sum_ms / 1_000,
    )
    events = [Sample(count, {"event": name}) for name, count in sorted(telemetry.counters.items())]
    yield counter("doorward_edge_events_total", "Events of the log since this process started.", events)
    yield measured("doorward_edge_journal_queue_rows", "Rows that the hub has not acknowledged.", telemetry.queue)
    yield gauge(
        "doorward_edge_journal_fault",
        "1 while the journal takes no rows, and counters redeem nothing; why.",
        [] if journal_fault is None else [Sample(True, {"why": journal_fault})],
    )
    states = [Sample(state == clock, {"state": state.value}) for state in ClockState]
    yield gauge("doorward_edge_clock", "How far the clock is believed: 1 for the state it is in.", states)
    yield measured("doorward_edge_replica_age_seconds", "Since its copy was known up to date.", replica_age_s)
    readers = [Sample(reader.open, {"reader": reader.name}) for reader in telemetry.readers]
    yield gauge("doorward_edge_reader_open", "1 while the reader's port is open.", readers)
    yield from _of_doors(telemetry.doors)
    yield measured("doorward_edge_temperature_celsius", "Of the hottest zone.", telemetry.temperature_c)
    yield measured("doorward_edge_disk_free_bytes", "For the journal and the copy.", telemetry.disk_free_bytes)
    yield measured("doorward_edge_disk_free_ratio", "Share of the disk that is free.", telemetry.disk_free_share)
    yield measured("doorward_edge_memory_bytes", "Proportional set size of the edge.", telemetry.memory_bytes)
    yield measured("doorward_edge_load1", "Load average of the last minute.", telemetry.load)


def _of_doors(doors: list[DoorReport]) -> Iterator[Metric]:
    """Of edges without any contact nothing is said."""
    states = [
        Sample(state == door.state, {"door": door.name, "state": state.value})
        for door in doors
        if door.state is not None
        for state in DoorState
    ]
    yield gauge("doorward_edge_door_state", "Of a door that has a contact: 1 for the state it is in.", states)
    alarms = [
        Sample(any(alarm == each.alarm for each in door.alarms), {"door": door.name, "alarm": alarm.value})
        for door in doors
        for alarm in Alarm
    ]
    yield gauge("doorward_edge_door_alarm", "1 while the alarm lasts.", alarms)
