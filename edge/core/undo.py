"""Undoing a counter's last redemption: what a card must have for it, and what can still be undone. Pure."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from contract.ask import Ask, Direction, Mode, Passback
from contract.effects import counts, why_not_voidable
from contract.instants import to_us
from contract.messages import CheckIn, Void
from edge.core.checkin import Scanned


def undo_ask(scanned: Scanned) -> Ask | None:
    """May this card undo here? None where no card can. Nobody passes by undoing, so no area is asked about."""
    permission = scanned.reader.undo_permission
    if permission is None:
        return None
    policy = replace(
        scanned.policy, area=None, direction=Direction.IN, passback=Passback.OFF, passback_seconds=None
    )
    return replace(scanned.ask(), permission=permission, mode=Mode.IDENTIFY, policy=policy)


def void_at(rows: Iterable[CheckIn | Void], reader: str, at: datetime) -> Void | None:
    """The void of the reader's last redemption, made at `at`; None where that cannot be undone, or was. `rows`:
    what the journal holds of redemptions and voids, the newest first."""
    voided = set()
    for row in rows:
        if isinstance(row, Void):
            voided.add(row.voids)
        elif row.reader == reader and counts(row.outcome, row.counted):
            void = Void(voids=row.id, at_us=to_us(at), reader=reader)
            return None if row.id in voided or why_not_voidable(row, void) else void
    return None
