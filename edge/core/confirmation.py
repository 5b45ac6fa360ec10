"""What the hub's answer makes of a redemption that it was asked to confirm. Pure."""

from datetime import datetime

from msgspec.structs import replace

from contract.ask import Ask, Contact
from contract.confirmed import granted_by
from contract.decision import Decision, decide
from contract.facts import Facts
from contract.instants import from_us
from contract.messages import Confirmed
from contract.reasons import Outcome, Reason
from edge.core.checkin import Scanned


def decide_answered(scanned: Scanned, answer: Confirmed | None, facts: Facts) -> tuple[Ask, Decision]:
    """What was asked in the end, and what came of it on `facts` of now. `answer` None: there was none in time.

    The hub's denial holds. Its grant helps by the membership that it names, where that one grants here as well;
    else nothing is confirmed.
    """
    if answer is None:
        offline = scanned.ask(Contact.OFFLINE)
        return offline, decide(offline, facts, scanned.at)
    if answer.outcome == Outcome.GRANTED:
        confirmed = scanned.ask(Contact.CONFIRMED)
        granted = granted_by(answer.membership, confirmed, facts, scanned.at)
        if granted is not None:
            remaining = granted.remaining if answer.remaining is None else answer.remaining
            return confirmed, replace(granted, remaining=remaining, next_available_at=_next_of(answer))
    asked = scanned.ask(Contact.ONLINE)
    decision = decide(asked, facts, scanned.at)
    return asked, decision if answer.outcome == Outcome.GRANTED else _denied(decision, answer)


def _denied(decision: Decision, answer: Confirmed) -> Decision:
    return replace(
        decision,
        outcome=Outcome.DENIED,
        reason=_reason_of(answer),
        counted=False,
        remaining=answer.remaining,
        next_available_at=_next_of(answer),
    )


def _next_of(answer: Confirmed) -> datetime | None:
    return None if answer.next_available_us is None else from_us(answer.next_available_us)


def _reason_of(answer: Confirmed) -> Reason:
    """A newer hub may have reasons that are not known here."""
    return Reason(answer.reason) if answer.reason in set(Reason) else Reason.CONFIRMATION_NEEDED
