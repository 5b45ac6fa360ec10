"""The ladder's words: what was the case where a rule denied, and what the hub's word was. Pure."""

from collections.abc import Callable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contract.ask import Ask, Contact, Mode
from contract.grant import Grant, Offline
from contract.membership import Detail
from contract.reasons import Reason
from hub.contract_words import said as word_of
from hub.decisions import opening, words
from hub.decisions.case import Case
from hub.decisions.ladder import Mark

PLAIN: Final[dict[Reason, Promise]] = {
    Reason.READER_DISABLED: gettext_lazy("The reader is switched off"),
    Reason.NOT_READY: gettext_lazy("The edge has no whole replica"),
    Reason.UNREADABLE: gettext_lazy("What was scanned cannot be read"),
    Reason.UNKNOWN_CARD: gettext_lazy("It is the code of no card"),
    Reason.CARD_REVOKED: gettext_lazy("The card is revoked"),
    Reason.CARD_NOT_YET_VALID: gettext_lazy("The card is not valid yet"),
    Reason.CARD_EXPIRED: gettext_lazy("The card is no longer valid"),
    Reason.CODE_STALE: gettext_lazy("It is not the rotating code of now"),
    Reason.CODE_REPLAYED: gettext_lazy("This rotating code was taken here before"),
    Reason.CLOCK_UNKNOWN: gettext_lazy("The clock is not good enough for this reader"),
    Reason.REPLICA_STALE: gettext_lazy("The replica is too old for this reader"),
    Reason.NO_MEMBERSHIP: gettext_lazy("No membership serves the customer"),
    Reason.PENDING: gettext_lazy("The membership's first payment is open"),
    Reason.SCHEDULED: gettext_lazy("The membership has not begun"),
    Reason.SUSPENDED: gettext_lazy("The membership is frozen"),
    Reason.EXPIRED: gettext_lazy("The membership is over"),
    Reason.LOCKDOWN: gettext_lazy("There is a lockdown, and the holder does not pass it"),
    Reason.PERMISSION_MISSING: gettext_lazy("The plan does not grant the permission"),
    Reason.OUTSIDE_HOURS: gettext_lazy("Outside the hours"),
    Reason.PARTNER_NOT_APPROVED: gettext_lazy("The partner is not approved"),
    Reason.LOGIN_REQUIRED: gettext_lazy("Nobody is signed in"),
    Reason.ALREADY_INSIDE: gettext_lazy("The holder is inside already"),
    Reason.LIMIT_REACHED: gettext_lazy("Nothing is left"),
    Reason.COOLDOWN: gettext_lazy("The last use is too short a time ago"),
    Reason.CONFIRMATION_NEEDED: gettext_lazy("The hub has not said yes"),
    Reason.CANNOT_RECORD: gettext_lazy("It could not be written down"),
}


def plain(reason: str) -> str | None:
    """Where the facts are lost. None: it denies nothing, or is a newer edge's."""
    text = PLAIN.get(Reason(reason)) if reason in set(Reason) else None
    return None if text is None else str(text)


def false_of(case: Case) -> str | None:
    """What was the case on the rung that denied; None: none did."""
    figured = _FIGURED.get(case.answer.reason)
    return (figured and figured(case)) or plain(case.answer.reason)


def rule_offline(grant: Grant) -> str:
    """The offline rule as plans' pages call it."""
    if grant.offline is Offline.AT_MOST:
        most = grant.offline_uses
        said = ngettext(
            "at most once of a member at each edge", "at most %(most)s times of a member at each edge", most
        )
        return said % {"most": most}
    return _("go on by what the edge knows") if grant.offline is Offline.ALLOW else _("refuse")


def hubs_word(ask: Ask, grant: Grant | None) -> tuple[str, Mark]:
    """On the rung that asks for it, where that was passed. `grant` None: it is not known."""
    contact = ask.circumstances.contact
    if contact is Contact.CONFIRMED:
        return _("The hub has said yes"), Mark.PASSED
    if ask.mode is Mode.IDENTIFY or (grant is not None and not grant.limits):
        return _("The hub need not be asked: nothing is used up"), Mark.PASSED
    if contact is Contact.ONLINE:
        return _("The hub need not be asked for this"), Mark.PASSED
    if grant is None:
        return _("The hub was out of reach, and its offline rule held"), Mark.BY_OFFLINE_RULE
    said = _("The hub was out of reach, and the offline rule “%(rule)s” held") % {"rule": rule_offline(grant)}
    return said, Mark.BY_OFFLINE_RULE


def _clock(case: Case) -> str:
    had = word_of(case.ask.circumstances.clock)
    return _("The clock is not good enough for this reader: %(clock)s") % {"clock": had}


def _expired(case: Case) -> str:
    revoked = case.answer.detail is Detail.REVOKED
    return _("The membership was revoked") if revoked else str(PLAIN[Reason.EXPIRED])


def _missing(case: Case) -> str:
    return _("%(plan)s does not grant %(permission)s") % {
        "plan": case.plan_at_start,
        "permission": case.permission,
    }


def _hours(case: Case) -> str | None:
    name = None if case.grant is None else case.grant.schedule
    if name is None:
        return None
    schedule = case.facts.schedules.get(name)
    if schedule is None:
        return _("Outside the hours: the schedule “%(schedule)s” is not there") % {
            "schedule": case.register.schedule(name)
        }
    hours = opening.hours_text_of(schedule, case.facts.site, case.at, case.named_days(name))
    return _("Outside the hours: %(hours)s") % {"hours": hours}


def _partner(case: Case) -> str:
    here, register = case.ask.policy.partner, case.register
    if here is None:
        return _("The reader names no partner")
    if here not in register.partners:
        return _("%(partner)s is no partner of this hub") % {"partner": here}
    inactive = here in register.approved & register.inactive
    said = _("%(partner)s is approved but inactive") if inactive else _("%(partner)s is not approved")
    if case.ask.policy.partner_said and case.grant is not None and here in (case.grant.partners or ()):
        said = _("Nobody knows that it was at %(partner)s: whoever scanned only said so")
    return said % {"partner": register.partner(here)}


def _limit(case: Case) -> str | None:
    if case.grant is None:
        return None
    return _("Nothing is left of %(limits)s") % {"limits": words.limits(case.grant.limits)}


def _confirmation(case: Case) -> str | None:
    if case.grant is None or case.ask.circumstances.contact is Contact.ONLINE:
        return None
    rule = rule_offline(case.grant)
    return _("The hub was out of reach, and the offline rule is “%(rule)s”") % {"rule": rule}


_FIGURED: Final[dict[Reason, Callable[[Case], str | None]]] = {
    Reason.CLOCK_UNKNOWN: _clock,
    Reason.EXPIRED: _expired,
    Reason.PERMISSION_MISSING: _missing,
    Reason.OUTSIDE_HOURS: _hours,
    Reason.PARTNER_NOT_APPROVED: _partner,
    Reason.LIMIT_REACHED: _limit,
    Reason.CONFIRMATION_NEEDED: _confirmation,
}
