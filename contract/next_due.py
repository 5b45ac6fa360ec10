"""When a benefit is due again that was just used: what a counter says beside what is left. Pure."""

from datetime import datetime

from contract.ask import Ask
from contract.decision import Decision, answers
from contract.facts import Facts


def next_due(ask: Ask, facts: Facts, decision: Decision, at: datetime) -> datetime | None:
    """When the membership of `decision` serves again after its use at `at` (aware UTC), which `facts` hold.

    None: it, or another one, still does; or it never will.
    """
    after = answers(ask, facts, at)
    if any(each.granted for each in after):
        return None
    same = (each for each in after if each.membership == decision.membership)
    return next((each.next_available_at for each in same), None)
