"""What edges last told of how they do, and what happened in workers. Only hub/watch/operations.py writes it."""

from typing import Final

from django.db import models

SLOT_SECONDS: Final = 300
"""One row of the short history. An edge tells each minute, so a slot holds five of them."""


class EdgeTelemetry(models.Model):
    """The newest that an edge told: contract.orders.Telemetry. `received_at` is the hub's time.

    `counters` and `latency_ms` count since the edge's start number `start`.
    """

    edge = models.OneToOneField("fleet.Edge", models.CASCADE, primary_key=True, related_name="telemetry")
    received_at = models.DateTimeField()
    start = models.BigIntegerField()
    uptime_s = models.FloatField()
    queue = models.BigIntegerField()
    latency_ms = models.JSONField()
    counters = models.JSONField()
    temperature_c = models.FloatField(null=True)
    disk_free_bytes = models.BigIntegerField(null=True)
    disk_free_share = models.FloatField(null=True)
    memory_bytes = models.BigIntegerField(null=True)
    load = models.FloatField(null=True)
    doors = models.JSONField(default=list)
    """As contract.orders.DoorReport has them."""

    def __str__(self) -> str:
        return f"{self.edge}: up {self.uptime_s:.0f} s"


class TelemetrySlot(models.Model):
    """An edge's five minutes, by when it told: `slot` is Unix time divided by SLOT_SECONDS.

    `latency_ms` counts the scans of the slot alone; `queue` and `temperature_c` are the highest of it.
    """

    pk = models.CompositePrimaryKey("edge", "slot")
    # Telemetry goes with its edge by CASCADE, and is read by edge and slot together: the key's index serves both.
    edge = models.ForeignKey("fleet.Edge", models.CASCADE, related_name="+", db_index=False)
    slot = models.BigIntegerField(db_index=True)
    latency_ms = models.JSONField()
    queue = models.BigIntegerField()
    temperature_c = models.FloatField(null=True)


class EventCount(models.Model):
    """How often something happened in any worker, ever: `name` is the log's event, drops with their why."""

    name = models.CharField(max_length=64, primary_key=True)
    count = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
