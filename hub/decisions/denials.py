"""The ladder's words: what was the case where a rule denied, and what the hub's word was. Pure."""

from collections.abc import Callable
from typing import Final

from contract.ask import Ask, Contact, Mode
from contract.grant import Grant, Offline
from contract.membership import Detail
from contract.reasons import Reason
from hub.decisions import opening, words
from hub.decisions.case import Case
from hub.decisions.ladder import Mark

PLAIN: Final[dict[Reason, str]] = {
    Reason.READER_DISABLED: "The reader is switched off",
    Reason.NOT_READY: "The edge has no whole replica",
    Reason.UNREADABLE: "What was scanned cannot be read",
    Reason.UNKNOWN_CARD: "It is the code of no card",
    Reason.CARD_REVOKED: "The card is revoked",
    Reason.CARD_NOT_YET_VALID: "The card is not valid yet",
    Reason.CARD_EXPIRED: "The card is no longer valid",
    Reason.CODE_STALE: "It is not the rotating code of now",
    Reason.CODE_REPLAYED: "This rotating code was taken here before",
    Reason.CLOCK_UNKNOWN: "The clock is not good enough for this reader",
    Reason.REPLICA_STALE: "The replica is too old for this reader",
    Reason.NO_MEMBERSHIP: "No membership serves the customer",
    Reason.PENDING: "The membership's first payment is open",
    Reason.SCHEDULED: "The membership has not begun",
    Reason.SUSPENDED: "The membership is frozen",
    Reason.EXPIRED: "The membership is over",
    Reason.LOCKDOWN: "There is a lockdown, and the holder does not pass it",
    Reason.PERMISSION_MISSING: "The plan does not grant the permission",
    Reason.OUTSIDE_HOURS: "Outside the hours",
    Reason.PARTNER_NOT_APPROVED: "The partner is not approved",
    Reason.LOGIN_REQUIRED: "Nobody is signed in",
    Reason.ALREADY_INSIDE: "The holder is inside already",
    Reason.LIMIT_REACHED: "Nothing is left",
    Reason.COOLDOWN: "The last use is too short a time ago",
    Reason.CONFIRMATION_NEEDED: "The hub has not said yes",
    Reason.CANNOT_RECORD: "It could not be written down",
}


def plain(reason: str) -> str | None:
    """Where the facts are lost. None: it denies nothing, or is a newer edge's."""
    return PLAIN.get(Reason(reason)) if reason in set(Reason) else None


def false_of(case: Case) -> str | None:
    """What was the case on the rung that denied; None: none did."""
    figured = _FIGURED.get(case.answer.reason)
    return (figured and figured(case)) or plain(case.answer.reason)


def rule_offline(grant: Grant) -> str:
    """The offline rule as plans' pages call it."""
    if grant.offline is Offline.AT_MOST:
        return f"at most {words.times(grant.offline_uses)} of a member at each edge"
    return {Offline.ALLOW: "go on by what the edge knows", Offline.DENY: "refuse"}[grant.offline]


def hubs_word(ask: Ask, grant: Grant | None) -> tuple[str, Mark]:
    """On the rung that asks for it, where that was passed. `grant` None: it is not known."""
    contact = ask.circumstances.contact
    if contact is Contact.CONFIRMED:
        return "The hub has said yes", Mark.PASSED
    if ask.mode is Mode.IDENTIFY or (grant is not None and not grant.limits):
        return "The hub need not be asked: nothing is used up", Mark.PASSED
    if contact is Contact.ONLINE:
        return "The hub need not be asked for this", Mark.PASSED
    held = "its offline rule" if grant is None else f"the offline rule “{rule_offline(grant)}”"
    return f"The hub was out of reach, and {held} held", Mark.BY_OFFLINE_RULE


def _clock(case: Case) -> str:
    return f"The clock is not good enough for this reader: {case.ask.circumstances.clock}"


def _expired(case: Case) -> str:
    revoked = case.answer.detail is Detail.REVOKED
    return "The membership was revoked" if revoked else PLAIN[Reason.EXPIRED]


def _missing(case: Case) -> str:
    return f"{case.plan[0].upper()}{case.plan[1:]} does not grant {case.permission}"


def _hours(case: Case) -> str | None:
    name = None if case.grant is None else case.grant.schedule
    if name is None:
        return None
    schedule = case.facts.schedules.get(name)
    if schedule is None:
        return f"Outside the hours: the schedule “{case.register.schedule(name)}” is not there"
    return f"Outside the hours: {opening.hours_text_of(schedule, case.facts.site, case.at, case.named_days(name))}"


def _partner(case: Case) -> str:
    here, register = case.ask.policy.partner, case.register
    if here is None:
        return "The reader names no partner"
    if here not in register.partners:
        return f"{here} is no partner of this hub"
    inactive = here in register.approved & register.inactive
    return f"{register.partner(here)} is {'approved but inactive' if inactive else 'not approved'}"


def _limit(case: Case) -> str | None:
    return None if case.grant is None else f"Nothing is left of {words.limits(case.grant.limits)}"


def _confirmation(case: Case) -> str | None:
    if case.grant is None or case.ask.circumstances.contact is Contact.ONLINE:
        return None
    return f"The hub was out of reach, and the offline rule is “{rule_offline(case.grant)}”"


_FIGURED: Final[dict[Reason, Callable[[Case], str | None]]] = {
    Reason.CLOCK_UNKNOWN: _clock,
    Reason.EXPIRED: _expired,
    Reason.PERMISSION_MISSING: _missing,
    Reason.OUTSIDE_HOURS: _hours,
    Reason.PARTNER_NOT_APPROVED: _partner,
    Reason.LIMIT_REACHED: _limit,
    Reason.CONFIRMATION_NEEDED: _confirmation,
}
