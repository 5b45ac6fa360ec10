"""How far each edge has come with what it says of itself: a mark (start, n) for each kind, which only rises.

The kinds are those of contract.high_water: presence, reported, telemetry. They begin anew with each
enrolment of an edge (hub/fleet/identity_operations.py).
"""

from django.db import models

from contract.high_water import Mark
from hub.errors import HubError


class StaleMark(HubError):
    """An edge said something newer before: what comes now was kept back or is said again."""


class EdgeMark(models.Model):
    """`start` and `n` as in contract.messages.Presence."""

    edge = models.ForeignKey("fleet.Edge", models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=32)
    start = models.BigIntegerField()
    n = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edge", "kind"], name="one_mark_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.edge}: {self.start}, {self.n}"


def raise_mark(edge_id: int, kind: str, said: Mark) -> bool:
    """Whether `said` is news; then it is the mark. False: the same again, as a broker says what it keeps.

    Called in the transaction in which the news has its effect, with the edge's row locked. StaleMark: it lies
    below.
    """
    before = EdgeMark.objects.filter(edge_id=edge_id, kind=kind).first()
    if before is not None:
        reached = Mark(before.start, before.n)
        if said < reached:
            raise StaleMark(f"{kind} {tuple(said)} lies below {tuple(reached)}, which the edge has said before")
        if said == reached:
            return False
    EdgeMark.objects.update_or_create(edge_id=edge_id, kind=kind, defaults={"start": said.epoch, "n": said.n})
    return True
