"""What the journal keeps of a scan and its decision: never the code's text, only its hash, length and classes."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from contract.ask import Ask, Circumstances, Contact, Policy
from contract.card import Scan
from contract.decision import Decision
from contract.facts import Facts, Position
from contract.instants import to_us
from contract.membership import HolderKind
from contract.messages import OWN_USES_MAX, CheckIn
from contract.reader_configuration import Reader


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan, before anything is decided about it. `id` (16 random bytes) becomes its check-in's.

    `circumstances` are those of when it came, but for `contact`, which may change while the hub is asked.
    """

    id: bytes
    at: datetime
    reader: Reader
    policy: Policy
    circumstances: Circumstances
    scan: Scan
    code_hash: bytes

    def ask(self, contact: Contact | None = None) -> Ask:
        """What is asked at this reader. `contact`: another than that of when it came."""
        return Ask(
            permission=self.reader.permission,
            mode=self.reader.mode,
            policy=self.policy,
            circumstances=self.circumstances if contact is None else replace(self.circumstances, contact=contact),
        )


def checkin_of(scanned: Scanned, ask: Ask, decision: Decision, replica_facts: Facts) -> CheckIn:
    """What `decision` made of a scan. `replica_facts`: what the replica alone held, which says whose card it is,
    even where nothing else is known of the customer, and which uses it did not hold."""
    feed, epoch, sequence = _where(decision.decided_from)
    card, held = replica_facts.card, {use.id for use in replica_facts.uses}
    return CheckIn(
        id=scanned.id,
        at_us=to_us(scanned.at),
        reader=scanned.reader.name,
        outcome=decision.outcome,
        reason=decision.reason,
        permission=ask.permission,
        mode=ask.mode,
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
        policy=ask.policy,
        circumstances=ask.circumstances,
        company=_company_of(decision),
        own_uses=[use_id for use_id in decision.counted_uses if use_id not in held][:OWN_USES_MAX],
        inside_already=decision.inside_already,
        step=decision.step,
    )


def scan_fields(checkin: CheckIn, decision: Decision) -> dict[str, object]:
    """What the log tells of a scan. `decision` is what was shown, which differs from the check-in's where a
    redemption could not be kept."""
    fields: dict[str, object] = {
        "reader": checkin.reader,
        "id": checkin.id.hex(),
        "outcome": decision.outcome,
        "reason": decision.reason,
        "remaining": decision.remaining,
    }
    return fields | {"inside_already": True} if decision.inside_already else fields


def _company_of(decision: Decision) -> int | None:
    if decision.membership is None or decision.membership.holder.kind is not HolderKind.COMPANY:
        return None
    return decision.membership.holder.id


def _where(position: Position | None) -> tuple[str | None, int | None, int | None]:
    return (None, None, None) if position is None else (position.feed, position.epoch, position.sequence)
