"""A redemption that the hub has confirmed: it goes by the membership that the hub holds one free of, and no other.

Otherwise two that were asked about at once would both be taken from the membership that comes first. Pure.
"""

from datetime import datetime

from contract.ask import Ask
from contract.decision import Decision, answers, decide
from contract.facts import Facts


def granted_by(membership_id: int | None, ask: Ask, facts: Facts, at: datetime) -> Decision | None:
    """The grant by this membership alone; None: it is not among `facts`, or it or what comes before denies."""
    if membership_id is None or not decide(ask, facts, at).granted:
        return None
    for each in answers(ask, facts, at):
        if each.membership is not None and each.membership.id == membership_id:
            return each if each.granted else None
    return None
