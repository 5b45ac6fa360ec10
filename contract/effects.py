"""What a check-in does beyond being recorded: the use and the passage it makes, and when it can be undone.

Edge and hub read their check-ins with this, so that neither counts what the other does not. Pure.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from contract.facts import Passage
from contract.instants import from_us
from contract.limits import Use
from contract.messages import CheckIn, Void
from contract.reasons import Outcome

VOID_WITHIN: Final = timedelta(minutes=15)
"""By the instants of the check-in and the void themselves, either way: a clock may be set between the two."""


class NotVoidable(StrEnum):
    """Why a reader's void undoes nothing."""

    OTHER_READER = "other_reader"
    NOTHING_USED = "nothing_used"
    TOO_FAR_APART = "too_far_apart"


def counts(outcome: str, counted: bool) -> bool:
    """Whether such a check-in uses a benefit up, unless it is voided."""
    return counted and outcome == Outcome.GRANTED


def use_of(checkin: CheckIn, at: datetime | None = None) -> Use | None:
    """The use that a check-in is, under its id, unless it is voided; None: it is none, or names nobody.

    `at`: when it counts from, where that is another instant than the check-in's own.
    """
    if not counts(checkin.outcome, checkin.counted) or checkin.customer is None or checkin.membership is None:
        return None
    return Use(
        id=checkin.id,
        customer_id=checkin.customer,
        membership_id=checkin.membership,
        permission=checkin.permission,
        occurred_at=at or from_us(checkin.at_us),
        company_id=checkin.company,
        partner=checkin.policy.partner,
        site=checkin.policy.site,
    )


def passage_of(checkin: CheckIn, at: datetime | None = None) -> Passage | None:
    """The way into an area or out of it that a granted check-in is; None: nobody known went in or out."""
    policy = checkin.policy
    if checkin.outcome != Outcome.GRANTED or policy.area is None or checkin.customer is None:
        return None
    occurred_at = at or from_us(checkin.at_us)
    return Passage(checkin.id, checkin.customer, policy.area, policy.direction, occurred_at)


def why_not_voidable(checkin: CheckIn, void: Void) -> NotVoidable | None:
    """Why `void` cannot undo `checkin`, both of one edge; None: it can."""
    if checkin.reader != void.reader:
        return NotVoidable.OTHER_READER
    if not counts(checkin.outcome, checkin.counted):
        return NotVoidable.NOTHING_USED
    if abs(from_us(void.at_us) - from_us(checkin.at_us)) > VOID_WITHIN:
        return NotVoidable.TOO_FAR_APART
    return None
