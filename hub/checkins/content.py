"""A check-in as a row holds it and as its message says it: each from the other, exactly.

Must not know the feed; reads no database.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from contract.ask import Ask, Circumstances, Mode, Policy
from contract.feed import CHECKIN_ID_BYTES
from contract.instants import to_us
from contract.limits import Use
from contract.messages import CheckIn as CheckInMessage
from contract.messages import decode, encode
from hub.checkins.models import CheckIn

COLUMNS: Final = (
    *("checkin_id", "at", "reader", "outcome", "reason", "detail", "permission", "mode", "counted"),
    *("code_hash", "code_length", "code_classes", "customer_id", "membership_id", "company_id", "remaining"),
    *("feed", "feed_epoch", "feed_sequence", "policy", "circumstances", "own_uses", "inside_already", "step"),
    *("partner", "partner_said", "site", "counts_at"),
)
USE_COLUMNS: Final = (
    *("checkin_id", "customer_id", "membership_id", "permission", "counts_at", "company_id", "partner", "site"),
)
"""What a use is made of, in the order of its fields."""
AHEAD_MAX: Final = timedelta(minutes=5)
"""A clock that is set now and then is no further off."""


def counts_at(at: datetime, received_at: datetime, turn: int) -> datetime:
    """From when a check-in of `at` counts: what is dated ahead would block a benefit, or a way in, for as long.

    Those that are received together count in their `turn`, a microsecond apart.
    """
    return received_at + timedelta(microseconds=turn) if at - received_at > AHEAD_MAX else at


def values(checkin: CheckInMessage, at: object, counts_at: object) -> tuple[object, ...]:
    """In the order of COLUMNS; the instants as the database's driver takes them."""
    return (
        *(checkin.id, at, checkin.reader, checkin.outcome, checkin.reason, checkin.detail, checkin.permission),
        *(checkin.mode, checkin.counted, checkin.code_hash, checkin.code_length, checkin.code_classes),
        *(checkin.customer, checkin.membership, checkin.company, checkin.remaining),
        *(checkin.feed, checkin.epoch, checkin.sequence),
        *(_packed(checkin.policy), _packed(checkin.circumstances), b"".join(checkin.own_uses)),
        *(checkin.inside_already, checkin.step, checkin.policy.partner, checkin.policy.partner_said),
        *(checkin.policy.site, counts_at),
    )


@lru_cache(maxsize=1_000)
def _packed(said: Policy | Circumstances) -> bytes:
    # A reader's policy is the same in all its check-ins.
    return encode(said)


def message_of(row: CheckIn) -> CheckInMessage:
    """What the edge said when it came."""
    return CheckInMessage(
        id=bytes(row.checkin_id),
        at_us=to_us(row.at),
        reader=row.reader,
        outcome=row.outcome,
        reason=row.reason,
        permission=row.permission,
        mode=row.mode,
        counted=row.counted,
        code_hash=bytes(row.code_hash),
        code_length=row.code_length,
        code_classes=row.code_classes,
        detail=row.detail,
        customer=row.customer_id,
        membership=row.membership_id,
        remaining=row.remaining,
        feed=row.feed,
        epoch=row.feed_epoch,
        sequence=row.feed_sequence,
        policy=decode(bytes(row.policy), Policy),
        circumstances=decode(bytes(row.circumstances), Circumstances),
        company=row.company_id,
        own_uses=own_uses_of(row),
        inside_already=row.inside_already,
        step=row.step,
    )


def ask_of(row: CheckIn) -> Ask:
    """What was asked, exactly. ValueError: in a mode that this hub does not know."""
    return Ask(
        permission=row.permission,
        mode=Mode(row.mode),
        policy=decode(bytes(row.policy), Policy),
        circumstances=decode(bytes(row.circumstances), Circumstances),
    )


def own_uses_of(row: CheckIn) -> list[bytes]:
    """Ids of the edge's own check-ins that it counted and its replica did not hold."""
    packed = bytes(row.own_uses)
    return [packed[start : start + CHECKIN_ID_BYTES] for start in range(0, len(packed), CHECKIN_ID_BYTES)]


def use_of(row: CheckIn) -> Use | None:
    """What contract.effects.use_of gives for a check-in that counts; of its row."""
    if row.customer_id is None or row.membership_id is None:
        return None
    return Use(
        id=bytes(row.checkin_id),
        customer_id=row.customer_id,
        membership_id=row.membership_id,
        permission=row.permission,
        occurred_at=row.counts_at,
        company_id=row.company_id,
        partner=row.partner,
        site=row.site,
    )
