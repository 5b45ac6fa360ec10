"""What the hub's answer makes of a redemption that it was asked to confirm. Pure."""

from msgspec.structs import replace

from contract.ask import Contact
from contract.decision import Decision
from contract.instants import from_us
from contract.messages import Confirmed
from contract.reasons import Outcome, Reason


def contact_after(answer: Confirmed | None) -> Contact:
    """How the hub can be reached for the decision that is made once it was asked. None: no answer in time."""
    if answer is None:
        return Contact.OFFLINE
    return Contact.CONFIRMED if answer.outcome == Outcome.GRANTED else Contact.ONLINE


def as_answered(decision: Decision, answer: Confirmed | None) -> Decision:
    """`decision`, made after `contact_after`, with what the hub says of it. Its denial holds; its grant does not
    help who may not on this edge's own facts."""
    if answer is None:
        return decision
    if answer.outcome == Outcome.GRANTED:
        known = answer.remaining is not None and decision.granted
        return replace(decision, remaining=answer.remaining) if known else decision
    return replace(
        decision,
        outcome=Outcome.DENIED,
        reason=_reason_of(answer),
        counted=False,
        remaining=answer.remaining,
        next_available_at=None if answer.next_available_us is None else from_us(answer.next_available_us),
    )


def _reason_of(answer: Confirmed) -> Reason:
    """A newer hub may have reasons that are not known here."""
    return Reason(answer.reason) if answer.reason in set(Reason) else Reason.CONFIRMATION_NEEDED
