"""The rules that come before any membership: the reader, the card, its rotating code, trust in time and data."""

from datetime import datetime
from typing import Final

from contract.ask import Ask, Codes, Posture
from contract.facts import Facts
from contract.reasons import Reason
from contract.rotating import matching_step
from contract.trust import ClockState

_OPEN: Final = {Posture.UNLOCKED: Reason.UNLOCKED, Posture.FREE: Reason.FREE_ACCESS}
OPENS: Final = frozenset(_OPEN.values())
"""Reasons that grant without a look at any membership."""


def step_shown(ask: Ask, facts: Facts, at: datetime) -> int | None:
    """The step of the rotating code that was shown, where this reader asks for one and it is right."""
    if ask.policy.codes is Codes.STATIC or ask.circumstances.digits is None or facts.rotating_secret is None:
        return None
    return matching_step(facts.rotating_secret, ask.circumstances.digits, at)


def reason_before_memberships(step: int | None, ask: Ask, facts: Facts, at: datetime) -> Reason | None:
    return (
        _reason_of_reader(ask, facts)
        or _reason_of_card(facts, at)
        or _reason_of_code(step, ask, facts)
        or _reason_of_trust(ask)
    )


def _reason_of_reader(ask: Ask, facts: Facts) -> Reason | None:
    posture, readable = ask.circumstances.posture, ask.circumstances.readable
    if not ask.policy.enabled:
        return Reason.READER_DISABLED
    # A door that stands open needs no replica for it.
    if posture is Posture.UNLOCKED or (posture is Posture.FREE and readable):
        return _OPEN[posture]
    if facts.position is None:
        return Reason.NOT_READY
    return None if readable else Reason.UNREADABLE


def _reason_of_card(facts: Facts, at: datetime) -> Reason | None:
    card = facts.card
    if card is None:
        return Reason.UNKNOWN_CARD
    if card.revoked:
        return Reason.CARD_REVOKED
    if card.valid_from is not None and at < card.valid_from:
        return Reason.CARD_NOT_YET_VALID
    if card.valid_until is not None and at >= card.valid_until:
        return Reason.CARD_EXPIRED
    return None


def _reason_of_code(step: int | None, ask: Ask, facts: Facts) -> Reason | None:
    if ask.policy.codes is Codes.STATIC:
        return None
    if ask.circumstances.clock is ClockState.UNKNOWN:
        # Digits say nothing without a clock.
        return None if ask.policy.codes is Codes.ROTATING else Reason.CLOCK_UNKNOWN
    if step is None:
        return Reason.CODE_STALE
    return Reason.CODE_REPLAYED if step in facts.used_steps else None


def _reason_of_trust(ask: Ask) -> Reason | None:
    if ask.circumstances.clock.is_worse_than(ask.policy.clock):
        return Reason.CLOCK_UNKNOWN
    return None if ask.policy.takes_replica_of(ask.circumstances.replica_age_s) else Reason.REPLICA_STALE
