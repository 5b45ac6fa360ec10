"""Configurations, modes and commands as they were given, and what edges said of them.

Only the operations files of this folder write them, each holding OrdersTurn's one row: orders have one order.
"""

from typing import Final

from django.db import models
from django.db.models import Q

from contract.ask import Posture
from contract.orders import CommandKind

__all__ = ["CommandOrder", "Configuration", "EdgeModes", "ModeOrder", "OrdersTurn", "ReportedState"]

POSTURES: Final = [
    (Posture.LOCKDOWN.value, "lockdown"),
    (Posture.SECURE.value, "secure"),
    (Posture.UNLOCKED.value, "unlocked"),
    (Posture.FREE.value, "free"),
]


class OrdersTurn(models.Model):
    """One row. `changes` rises with every order: who has seen it once looks no further until it has moved. Who
    writes anything of orders holds it."""

    changes = models.BigIntegerField(default=0)


class Configuration(models.Model):
    """What an edge should be, whole. `document` travels, `text` is the TOML as somebody wrote it.

    `stood_at`: when the edge first said that it stands there. `refused_*`: what it said if it does not;
    `refused_field` is the place in the document, empty where it is none. `left_at`: when somebody rolled back from
    it.
    """

    edge = models.ForeignKey("fleet.Edge", models.CASCADE, related_name="configurations")
    epoch = models.BigIntegerField()
    generation = models.BigIntegerField()
    document = models.JSONField()
    text = models.TextField()
    made_at = models.DateTimeField()
    by = models.CharField(max_length=150)
    stood_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refused_step = models.CharField(max_length=64, blank=True)
    refused_field = models.CharField(max_length=200, blank=True)
    refused_why = models.CharField(max_length=500, blank=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-epoch", "-generation"]
        constraints = [models.UniqueConstraint(fields=["edge", "epoch", "generation"], name="configuration_once")]

    def __str__(self) -> str:
        return f"{self.edge}, generation {self.generation}"


class ReportedState(models.Model):
    """What an edge last said of its orders: contract.orders.Reported, and when it came in."""

    edge = models.OneToOneField("fleet.Edge", models.CASCADE, primary_key=True, related_name="reported")
    received_at = models.DateTimeField()
    said_at = models.DateTimeField()
    epoch = models.BigIntegerField()
    generation = models.BigIntegerField()
    trying = models.BooleanField()
    refused_epoch = models.BigIntegerField(null=True)
    refused_generation = models.BigIntegerField(null=True)
    mode_epoch = models.BigIntegerField()
    mode_generation = models.BigIntegerField()
    mode_edge = models.CharField(max_length=16, null=True)
    mode_readers = models.JSONField(default=dict)
    command_epoch = models.BigIntegerField()
    command = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.edge}: generation {self.generation}"


class ModeOrder(models.Model):
    """A posture set by hand: of everything, a site, an edge or a reader. `place` is where, in one word."""

    place = models.CharField(max_length=100)
    site = models.ForeignKey("fleet.Site", models.CASCADE, null=True, related_name="mode_orders")
    edge = models.ForeignKey("fleet.Edge", models.CASCADE, null=True, related_name="mode_orders")
    reader = models.CharField(max_length=32, blank=True)
    posture = models.CharField(max_length=16, choices=POSTURES)
    since = models.DateTimeField()
    by = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["place"], condition=Q(ended_at=None), name="mode_order_once")
        ]
        permissions = [
            ("set_mode", "Can lock down, and end what is set by hand"),
            ("open_doors", "Can set everything else by hand, as doors that stand open"),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.posture}"


class EdgeModes(models.Model):
    """What an edge's readers are set to by hand, merged: {"edge": posture or null, "readers": {name: posture}}.

    `ordered_at`: since when it is to hear that.
    """

    edge = models.OneToOneField("fleet.Edge", models.CASCADE, primary_key=True, related_name="modes")
    document = models.JSONField()
    ordered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.edge}: modes"


class CommandOrder(models.Model):
    """Done once or not at all. `sent_at`: when a worker took it to the broker. `why`: of what was not done."""

    edge = models.ForeignKey("fleet.Edge", models.CASCADE, related_name="command_orders")
    epoch = models.BigIntegerField()
    number = models.BigIntegerField()
    kind = models.CharField(max_length=32, choices=[(each.value, each.value) for each in CommandKind])
    reader = models.CharField(max_length=32, blank=True)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=64, blank=True)
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["edge", "epoch", "number"], name="command_order_once")]
        permissions = [("give_command", "Can unlock once, identify and resync")]

    def __str__(self) -> str:
        return f"{self.edge}: {self.kind} {self.number}"
