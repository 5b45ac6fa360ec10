"""Undoing a counter's last redemption: what a card must have for it, and what can still be undone. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from contract.ask import Ask, Direction, Mode, Passback
from contract.instants import from_us
from contract.messages import CheckIn, Void
from edge.core.checkin import Scanned

UNDO_WITHIN: Final = timedelta(minutes=15)


def undo_ask(scanned: Scanned) -> Ask | None:
    """May this card undo here? None where no card can. Nobody passes by undoing, so no area is asked about."""
    permission = scanned.reader.undo_permission
    if permission is None:
        return None
    policy = replace(
        scanned.policy, area=None, direction=Direction.IN, passback=Passback.OFF, passback_seconds=None
    )
    return replace(scanned.ask(), permission=permission, mode=Mode.IDENTIFY, policy=policy)


def undoable(rows: Iterable[CheckIn | Void], reader: str, at: datetime) -> CheckIn | None:
    """The reader's last redemption, where it is not older than 15 minutes at `at` and was not undone. `rows`: what
    the journal holds of redemptions and voids, the newest first."""
    voided = set()
    for row in rows:
        if isinstance(row, Void):
            voided.add(row.voids)
        elif at - from_us(row.at_us) > UNDO_WITHIN:
            return None
        elif row.counted and row.reader == reader:
            return None if row.id in voided else row
    return None
