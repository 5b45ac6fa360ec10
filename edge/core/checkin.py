"""What the journal keeps of a scan and its decision: never the code's text, only its hash, length and classes."""

from dataclasses import dataclass
from datetime import datetime

from contract.card import Scan
from contract.decision import Decision
from contract.facts import Card, Position
from contract.instants import from_us, to_us
from contract.limits import Use
from contract.messages import CheckIn
from edge.core.configuration import Reader


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan, before anything is decided about it. `id` (16 random bytes) becomes its check-in's."""

    id: bytes
    at: datetime
    reader: Reader
    scan: Scan
    code_hash: bytes


def checkin_of(scanned: Scanned, decision: Decision, card: Card | None) -> CheckIn:
    """What `decision` made of a scan. `card` is the one it was found to be: it says whose, even where nothing
    else is known of the customer."""
    feed, epoch, sequence = _where(decision.decided_from)
    return CheckIn(
        id=scanned.id,
        at_us=to_us(scanned.at),
        reader=scanned.reader.name,
        outcome=decision.outcome,
        reason=decision.reason,
        permission=scanned.reader.permission,
        mode=scanned.reader.mode,
        counted=decision.counted,
        code_hash=scanned.code_hash,
        code_length=scanned.scan.length,
        code_classes=scanned.scan.classes,
        detail=decision.detail,
        customer=None if card is None else card.customer_id,
        membership=None if decision.membership is None else decision.membership.id,
        remaining=decision.remaining,
        feed=feed,
        epoch=epoch,
        sequence=sequence,
    )


def use_of(checkin: CheckIn) -> Use:
    """The use that a counted check-in is, under the check-in's id."""
    assert checkin.customer is not None
    assert checkin.membership is not None
    return Use(checkin.id, checkin.customer, checkin.membership, checkin.permission, from_us(checkin.at_us))


def scan_fields(checkin: CheckIn, decision: Decision) -> dict[str, object]:
    """What the log tells of a scan. `decision` is what was shown, which differs from the check-in's where a
    redemption could not be kept."""
    return {
        "reader": checkin.reader,
        "id": checkin.id.hex(),
        "outcome": decision.outcome,
        "reason": decision.reason,
        "remaining": decision.remaining,
    }


def _where(position: Position | None) -> tuple[str | None, int | None, int | None]:
    return (None, None, None) if position is None else (position.feed, position.epoch, position.sequence)
