"""How an edge stands with its enrolment, in a word. Pure: asks no database where the code is there already."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.translation import pgettext_lazy

from hub.enrolment.models import EnrolmentCode
from hub.fleet.models import Edge


class State(StrEnum):
    NOT_ENROLLED = "not enrolled"
    CODE_WAITING = "code waiting"
    ENROLLED = "enrolled"
    REVOKED = "revoked"

    @property
    def text(self) -> str:
        return str(_WORDS[self])


_WORDS: Final = {
    State.NOT_ENROLLED: pgettext_lazy("an edge", "not enrolled"),
    State.CODE_WAITING: pgettext_lazy("an edge", "code waiting"),
    State.ENROLLED: pgettext_lazy("an edge", "enrolled"),
    State.REVOKED: pgettext_lazy("an edge", "revoked"),
}


def state_of(edge: Edge, at: datetime) -> State:
    """At `at`. A code that waits goes before what it would end: somebody is at it. Select enrolment_code too."""
    if waiting_until(edge, at) is not None:
        return State.CODE_WAITING
    return state_without_code(edge)


def state_without_code(edge: Edge) -> State:
    """How it stands, whatever code waits."""
    if edge.revoked_at is not None:
        return State.REVOKED
    return State.NOT_ENROLLED if edge.signing_key is None else State.ENROLLED


def waiting_until(edge: Edge, at: datetime) -> datetime | None:
    """Until when the edge's code can be used, if it has one that can be."""
    code: EnrolmentCode | None = getattr(edge, "enrolment_code", None)
    if code is None or code.used_by is not None or at >= code.until:
        return None
    revoked_since = edge.revoked_at is not None and edge.revoked_at >= code.made_at
    return None if revoked_since else code.until
