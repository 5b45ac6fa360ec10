"""What a reader's lamps say of a decision: yes, no, or something between the two. Pure."""

from enum import StrEnum
from typing import Final

from contract.decision import Decision
from contract.reasons import Reason


class Sign(StrEnum):
    """`warned`: granted, with something to look at. `caution`: not now, or not like this; it may well be right
    another time, so that scanning again or waiting makes sense. `waiting`: the hub is asked."""

    GRANTED = "granted"
    WARNED = "warned"
    DENIED = "denied"
    CAUTION = "caution"
    WAITING = "waiting"


NOT_NOW: Final = frozenset(
    {
        *(Reason.NOT_READY, Reason.UNREADABLE, Reason.CODE_STALE, Reason.CODE_REPLAYED, Reason.CLOCK_UNKNOWN),
        *(Reason.REPLICA_STALE, Reason.OUTSIDE_HOURS, Reason.LOGIN_REQUIRED, Reason.ALREADY_INSIDE),
        *(Reason.LIMIT_REACHED, Reason.COOLDOWN, Reason.CONFIRMATION_NEEDED, Reason.CANNOT_RECORD),
        # Denied by it: a card that undoes was right, and there was nothing to undo.
        Reason.GRANTED,
    }
)
"""Why something is denied that is no plain no."""


def sign_of(decision: Decision) -> Sign:
    if decision.granted:
        return Sign.WARNED if decision.inside_already else Sign.GRANTED
    return Sign.CAUTION if decision.reason in NOT_NOW else Sign.DENIED
